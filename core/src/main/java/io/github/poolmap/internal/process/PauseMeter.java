package io.github.poolmap.internal.process;

import io.github.poolmap.internal.run.Chunk;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long the tasks of chunks compute in the worker of one lane, and how long they pause.
 *
 * <p>A thread that has just worked has not been charged for all of it. So the end of a chunk is
 * measured when the worker, which as a rule has slept since, is sent the next one. What is not yet
 * charged passes for a pause; the time until the worker has a processor to begin is none. Of the
 * lane's thread alone.
 */
final class PauseMeter {

  private Chunk.@Nullable Measure measure;
  private @Nullable ThreadTimes before;
  private long workerNanos;
  private int executed;

  /** There is another worker. */
  void reset() {
    measure = null;
    before = null;
    workerNanos = 0;
    executed = 0;
  }

  /** The worker is about to be sent a chunk. */
  void sending(ChildJvm worker, SentChunk sent) {
    Chunk.Measure last = measure;
    ThreadTimes start = before;
    long lastNanos = workerNanos;
    int items = executed;
    reset();
    if (sent.isAhead()) {
      // Two in a row cannot be told apart.
      return;
    }
    Chunk.Measure next = sent.measure();
    boolean ended = last != null && items > 0;
    if (next == null && !ended) {
      return;
    }
    ThreadTimes now = ThreadTimes.of(worker.pid(), worker.taskThread());
    if (now == null) {
      return;
    }
    if (last != null && start != null && ended) {
      long computed = Math.max(1, now.computedNanos() - start.computedNanos());
      long queued = now.queuedNanos() - start.queuedNanos();
      last.took(items, computed, Math.max(0, lastNanos - computed - queued));
    }
    measure = next;
    before = now;
  }

  /** The worker has ended the latest chunk: so many items, in so long. */
  void ended(int items, long nanos) {
    executed = items;
    workerNanos = nanos;
  }
}
