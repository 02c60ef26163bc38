package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How a worker has carried out a {@link FrameType#START}.
 *
 * @param nanoTime the worker's clock when it wrote this, from which the parent learns how the two
 *     clocks differ
 * @param failure what the initializer threw, null if it went well
 */
public record Started(long nanoTime, @Nullable Throwable failure) {

  public Packer pack() {
    Packer packer = new Packer(16).putLong(nanoTime).putByte(failure == null ? 0 : 1);
    if (failure != null) {
      ThrownCodec.encode(packer, failure);
    }
    return packer;
  }

  public static Started read(ByteBuffer payload, @Nullable ClassLoader loader)
      throws ProtocolException {
    if (payload.remaining() < 9) {
      throw new ProtocolException("start ended in " + payload.remaining() + " bytes");
    }
    long nanoTime = payload.getLong();
    return new Started(nanoTime, payload.get() == 0 ? null : ThrownCodec.decode(payload, loader));
  }
}
