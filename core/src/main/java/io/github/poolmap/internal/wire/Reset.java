package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * What a worker is told at the end of its pool, if another one is to have it.
 *
 * @param mark what to write, as a line, to its standard output and error at the very end, so that
 *     the parent knows what was written for this pool; not to be guessed by tasks
 * @param effect what to do, a {@link io.github.poolmap.Effect}
 */
public record Reset(String mark, FunctionMessage effect) {

  /** Packs it with the payload of a {@link FunctionMessage}. */
  public static Packer pack(String mark, byte[] effect) {
    return new Packer(64 + effect.length).putString(mark).putBytes(effect);
  }

  public static Reset read(ByteBuffer payload) throws ProtocolException {
    String mark = Unpacker.string(payload);
    if (mark == null) {
      throw new ProtocolException("reset without a mark");
    }
    return new Reset(mark, FunctionMessage.read(payload));
  }
}
