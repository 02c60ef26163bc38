package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * How far a worker has come with a chunk.
 *
 * @param outboxEnd the end of the committed outcomes in the chunk's half of the outbox
 * @param startNanos when it began with the chunk, by the worker's clock
 * @param workerNanos time spent on the chunk so far, by the worker's clock
 * @param cpuNanos how much of that the thread of the items has computed; {@link #UNKNOWN} if nobody
 *     asked, or if that cannot be told
 */
public record Progress(int outboxEnd, long startNanos, long workerNanos, long cpuNanos) {

  /** Stands for a time that says nothing. */
  public static final long UNKNOWN = -1;

  private static final int BYTES = 28;

  public Packer pack() {
    return new Packer(BYTES)
        .putInt(outboxEnd)
        .putLong(startNanos)
        .putLong(workerNanos)
        .putLong(cpuNanos);
  }

  public static Progress read(ByteBuffer payload) throws ProtocolException {
    if (payload.remaining() != BYTES) {
      throw new ProtocolException("progress of " + payload.remaining() + " bytes");
    }
    return new Progress(payload.getInt(), payload.getLong(), payload.getLong(), payload.getLong());
  }
}
