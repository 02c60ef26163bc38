package io.github.poolmap.internal.observe;

import org.jspecify.annotations.Nullable;

/**
 * Takes in what the workers of one pool did, and when. Safe for use by many threads, quick, and
 * runs no user code in these methods. Times are those of {@link System#nanoTime()} in this JVM.
 */
public interface SpanSink {

  /** What a worker did for some time. It was idle when it did nothing of these. */
  enum Kind {
    /** Its slot waited for it to be started. */
    START_UP,
    /** It executed a chunk. */
    RUN,
    /** The rest of the time that its slot had the chunk. */
    HAND_OVER
  }

  /** Of a span that has no call or item, the number of both. */
  long NONE = -1;

  /** Stands for a time that nobody can tell. */
  long UNKNOWN = -1;

  /** Tells whether it wants to know how long workers have computed, which costs a look or two. */
  default boolean wantsCpuTimes() {
    return false;
  }

  /** Returns from which duration on it wants single items, in nanoseconds. */
  default long itemNanos() {
    return 1_000_000;
  }

  /**
   * A worker has done something for some time.
   *
   * @param slot the number of the worker in its pool, from 0; -1 for callers that executed items
   *     themselves in a task of another pool
   * @param worker its name
   * @param cpuNanos how long the worker's thread has computed meanwhile; {@link #UNKNOWN} if it did
   *     not run a chunk, or if nobody can tell
   * @param call the number of the call in the pool, from 1
   * @param firstIndex the position of the chunk's first item in the input
   * @param items how many items the worker has come to
   * @param failed whether one of them has failed
   */
  void span(
      Kind kind,
      int slot,
      String worker,
      long start,
      long end,
      long cpuNanos,
      long call,
      long firstIndex,
      int items,
      boolean failed);

  /**
   * A worker has executed an item that took {@link #itemNanos} or more. Comes before the span of
   * its chunk.
   *
   * @param input its input; describing it runs user code, so not here
   */
  void item(
      int slot,
      String worker,
      long start,
      long end,
      long call,
      long index,
      boolean failed,
      @Nullable Object input);

  /** A worker has died with an item. */
  void crash(int slot, String worker, long time, long call, long index);

  /** An attempt at an item has failed, and there will be another one. */
  void retry(int slot, String worker, long time, long call, long index);
}
