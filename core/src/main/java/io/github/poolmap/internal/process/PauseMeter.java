package io.github.poolmap.internal.process;

import io.github.poolmap.internal.run.Chunk;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long the tasks of chunks compute in the worker of one lane, and how long they pause.
 *
 * <p>A thread that has just worked has not been charged for all of it. So the end of a chunk is
 * measured when the worker, which as a rule has slept since, is sent the next one. What is not yet
 * charged passes for a pause.
 *
 * <p>The worker looks at its clock when it begins, while the account of its thread also has the
 * time for which it had to wait for a processor until then. That is not taken off what the chunk
 * took: otherwise tasks would not seem to pause where the machine is busy. Of the lane's thread
 * alone.
 */
final class PauseMeter {

  private Chunk.@Nullable Measure measure;
  private @Nullable ThreadTimes before;
  private long workerNanos;
  private long sentAt;
  private long beginNanos;
  private int executed;

  /** There is another worker. */
  void reset() {
    measure = null;
    before = null;
    workerNanos = 0;
    beginNanos = 0;
    executed = 0;
  }

  /** The worker is about to be sent a chunk. */
  void sending(ChildJvm worker, SentChunk sent) {
    Chunk.Measure last = measure;
    ThreadTimes start = before;
    long lastNanos = workerNanos;
    long lastBegin = beginNanos;
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
      last.took(items, computed, pause(lastBegin, lastNanos, computed, queued));
    }
    measure = next;
    before = now;
    sentAt = System.nanoTime();
  }

  /**
   * Returns for how long a chunk neither computed nor waited for a processor.
   *
   * @param beginNanos how long it was until the worker began
   * @param workerNanos how long it took then
   * @param queuedNanos for how long the thread waited for a processor in all of that
   */
  static long pause(long beginNanos, long workerNanos, long computedNanos, long queuedNanos) {
    long queuedWithin = Math.max(0, queuedNanos - beginNanos);
    return Math.max(0, workerNanos - computedNanos - queuedWithin);
  }

  /**
   * The worker has ended the latest chunk.
   *
   * @param items how many it has executed
   * @param begunAt when the worker began, by the clock of this JVM
   * @param workerNanos how long it took then
   */
  void ended(int items, long begunAt, long workerNanos) {
    this.executed = items;
    this.beginNanos = Math.max(0, begunAt - sentAt);
    this.workerNanos = workerNanos;
  }
}
