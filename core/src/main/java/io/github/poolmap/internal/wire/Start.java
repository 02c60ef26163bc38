package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * What a worker is told before its first task.
 *
 * @param index its number in the pool
 * @param name how the pool calls it
 * @param effect the {@link io.github.poolmap.Effect} to be run with what it is
 */
public record Start(int index, String name, FunctionMessage effect) {

  /** Packs it with the payload of a {@link FunctionMessage}. */
  public static Packer pack(int index, String name, byte[] effect) {
    return new Packer(64 + effect.length).putInt(index).putString(name).putBytes(effect);
  }

  public static Start read(ByteBuffer payload) throws ProtocolException {
    int index = Unpacker.integer(payload);
    String name = Unpacker.string(payload);
    if (name == null) {
      throw new ProtocolException("worker without a name");
    }
    return new Start(index, name, FunctionMessage.read(payload));
  }
}
