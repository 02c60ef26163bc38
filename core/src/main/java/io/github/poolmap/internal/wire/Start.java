package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is told before its first task.
 *
 * @param index its number in the pool
 * @param name how the pool calls it
 * @param codec the {@link io.github.poolmap.Codec} of the pool, null if it has none
 * @param effect the {@link io.github.poolmap.Effect} to be run with what it is
 */
public record Start(
    int index, String name, @Nullable FunctionMessage codec, FunctionMessage effect) {

  /** Packs it with the payloads of {@link FunctionMessage}s. */
  public static Packer pack(int index, String name, byte @Nullable [] codec, byte[] effect) {
    Packer packer = new Packer(64 + effect.length).putInt(index).putString(name);
    if (codec == null) {
      packer.putInt(0);
    } else {
      packer.putInt(codec.length).putBytes(codec);
    }
    return packer.putBytes(effect);
  }

  public static Start read(ByteBuffer payload) throws ProtocolException {
    int index = Unpacker.integer(payload);
    String name = Unpacker.string(payload);
    if (name == null) {
      throw new ProtocolException("worker without a name");
    }
    ByteBuffer codec = Unpacker.slice(payload, Unpacker.integer(payload));
    return new Start(
        index,
        name,
        codec.hasRemaining() ? FunctionMessage.read(codec) : null,
        FunctionMessage.read(payload));
  }
}
