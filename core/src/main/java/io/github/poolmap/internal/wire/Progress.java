package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * How far a worker has come with a chunk.
 *
 * @param outboxEnd the end of the committed outcomes in the chunk's half of the outbox
 * @param startNanos when it began with the chunk, by the worker's clock
 * @param workerNanos time spent on the chunk so far, by the worker's clock
 */
public record Progress(int outboxEnd, long startNanos, long workerNanos) {

  public Packer pack() {
    return new Packer(20).putInt(outboxEnd).putLong(startNanos).putLong(workerNanos);
  }

  public static Progress read(ByteBuffer payload) throws ProtocolException {
    if (payload.remaining() != 20) {
      throw new ProtocolException("progress of " + payload.remaining() + " bytes");
    }
    return new Progress(payload.getInt(), payload.getLong(), payload.getLong());
  }
}
