package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How a worker has carried out a {@link FrameType#START}.
 *
 * @param heard the worker's clock when it heard what to do
 * @param said the same when it wrote this; from both the parent learns how the two clocks differ
 * @param failure what the initializer threw, null if it went well
 * @param findsValues whether the folder of large values is there for it, see {@link ValueFolder}
 * @param thread what the system calls the thread that executes tasks; 0 if that cannot be known
 */
public record Started(
    long heard, long said, @Nullable Throwable failure, boolean findsValues, long thread) {

  private static final int FAILED = 1;
  private static final int FINDS_VALUES = 2;

  public Packer pack() {
    int flags = (failure == null ? 0 : FAILED) | (findsValues ? FINDS_VALUES : 0);
    Packer packer = new Packer(32).putLong(heard).putLong(said).putByte(flags).putLong(thread);
    if (failure != null) {
      ThrownCodec.encode(packer, failure);
    }
    return packer;
  }

  public static Started read(ByteBuffer payload, @Nullable ClassLoader loader)
      throws ProtocolException {
    if (payload.remaining() < 25) {
      throw new ProtocolException("start ended in " + payload.remaining() + " bytes");
    }
    long heard = payload.getLong();
    long said = payload.getLong();
    int flags = payload.get();
    long thread = payload.getLong();
    Throwable failure = (flags & FAILED) == 0 ? null : ThrownCodec.decode(payload, loader);
    return new Started(heard, said, failure, (flags & FINDS_VALUES) != 0, thread);
  }
}
