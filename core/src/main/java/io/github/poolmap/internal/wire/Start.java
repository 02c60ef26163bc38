package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * What a worker is told before its first task.
 *
 * @param index its number in the pool
 * @param effect the {@link io.github.poolmap.Effect} to be run with what it is
 */
public record Start(int index, FunctionMessage effect) {

  /** Packs it with the payload of a {@link FunctionMessage}. */
  public static Packer pack(int index, byte[] effect) {
    return new Packer(4 + effect.length).putInt(index).putBytes(effect);
  }

  public static Start read(ByteBuffer payload) throws ProtocolException {
    return new Start(Unpacker.integer(payload), FunctionMessage.read(payload));
  }
}
