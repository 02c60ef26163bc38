package io.github.poolmap.internal.process;

import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.run.Chunk;
import io.github.poolmap.internal.run.ItemFailure;
import io.github.poolmap.internal.run.Run;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.ObjectCodec;
import io.github.poolmap.internal.wire.Outcome;
import io.github.poolmap.internal.wire.ProtocolException;
import io.github.poolmap.internal.wire.ThrownCodec;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A chunk that a worker has: settles its items, by what the worker says or by what it left behind.
 */
final class SentChunk {

  /** So many deaths with the same chunk, none of its items begun, are its own fault. */
  private static final int FRUITLESS_DEATHS_ALLOWED = 2;

  private final Chunk<ShippedFunction> chunk;
  private final int id;
  private final boolean ahead;
  private final long sentAt = System.nanoTime();
  private int outboxRead;

  /**
   * Notes that a chunk is being sent.
   *
   * @param id how frames and ledger call it
   * @param ahead whether the worker still has another one
   */
  SentChunk(Chunk<ShippedFunction> chunk, int id, boolean ahead) {
    this.chunk = chunk;
    this.id = id;
    this.ahead = ahead;
  }

  int id() {
    return id;
  }

  Run<ShippedFunction> run() {
    return chunk.run();
  }

  /** Reads the outcomes that have been committed to the outbox since the last time. */
  void readOutbox(ChildJvm worker, int end) throws ProtocolException {
    if (end == outboxRead) {
      return;
    }
    ByteBuffer outcomes = worker.ledger().outcomes(id, outboxRead, end);
    while (outcomes.hasRemaining()) {
      settle(Outcome.read(outcomes), worker.toString());
    }
    outboxRead = end;
  }

  /** Settles the item that the outcome is about. */
  void settle(Outcome outcome, String worker) throws ProtocolException {
    int position = outcome.position();
    if (position < 0 || position >= chunk.size() || chunk.isSettled(position)) {
      throw new ProtocolException("outcome for position " + position + " of " + chunk.size());
    }
    ClassLoader loader = chunk.run().function().loader();
    ByteBuffer contents = outcome.contents();
    switch (outcome.kind()) {
      case VALUE -> settleValue(position, contents, loader, worker);
      case THROWN ->
          chunk.fail(position, ItemFailure.thrown(ThrownCodec.decode(contents, loader), worker));
      case UNSENDABLE -> {
        String message = Outcome.text(contents);
        NotSerializableTaskException cause =
            new NotSerializableTaskException(message, Outcome.text(contents), null);
        chunk.fail(position, Unsendable.failure(worker, 1, cause));
      }
    }
  }

  private void settleValue(
      int position, ByteBuffer contents, @Nullable ClassLoader loader, String worker)
      throws ProtocolException {
    Object value;
    try {
      value = ObjectCodec.decode(contents, loader);
    } catch (ProtocolException e) {
      throw e;
    } catch (Exception | Error e) {
      // Reading runs user code. What cannot be read is the fault of this item alone.
      chunk.fail(position, Unsendable.failure(worker, 1, Unsendable.because("result", e)));
      return;
    }
    chunk.succeed(position, value);
  }

  /** The worker has ended the chunk. */
  void finish(long workerNanos, long arrived) throws ProtocolException {
    if (firstOpen() < chunk.size() && !chunk.run().isStopped()) {
      throw new ProtocolException("chunk ended without an outcome for position " + firstOpen());
    }
    // A chunk sent ahead waited in the worker, so its time on the way says nothing.
    chunk.finish(workerNanos, ahead ? Chunk.UNKNOWN : arrived - sentAt - workerNanos);
  }

  /**
   * The worker is dead: settles what it was at, and gives back what it had not begun.
   *
   * @param word the ledger's item word
   * @param head whether this is the chunk that the worker was at, or was to begin next
   * @param killedFor the run for whose sake the worker was killed, if it was
   * @param crash the failure of the item that the worker died of
   */
  void settleAfterDeath(long word, boolean head, @Nullable Run<?> killedFor, ItemFailure crash) {
    int position = Ledger.positionOf(word);
    boolean begun = Ledger.chunkOf(word) == id && position < chunk.size();
    for (int earlier = 0; begun && earlier < position; earlier++) {
      if (chunk.isSettled(earlier)) {
        continue;
      }
      if (chunk.run().isStopped()) {
        // Condemned, and heeded it.
        chunk.drop(earlier);
      } else {
        // It had ended, but its outcome was damaged on the way: not to be started a second time.
        chunk.fail(earlier, crash);
      }
    }
    if (begun && !chunk.isSettled(position)) {
      int state = Ledger.stateOf(word);
      boolean underWay = Ledger.isUnderWay(state);
      if (state == Ledger.CONDEMNED || (underWay && killedFor == chunk.run())) {
        chunk.drop(position);
      } else if (underWay) {
        chunk.fail(position, crash);
      }
    }
    if (begun || !head || killedFor != null) {
      chunk.finish();
    } else if (chunk.fruitlessDeaths() < FRUITLESS_DEATHS_ALLOWED) {
      chunk.finishFruitless();
    } else {
      chunk.fail(firstOpen(), crash);
      chunk.finish();
    }
  }

  private int firstOpen() {
    int position = 0;
    while (position < chunk.size() && chunk.isSettled(position)) {
      position++;
    }
    return position;
  }
}
