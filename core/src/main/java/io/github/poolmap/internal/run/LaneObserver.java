package io.github.poolmap.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * Hears what the lanes of one pool do, and when, by the clocks of those who do it.
 *
 * <p>Called by the threads that do the work, by many at once, sometimes under a lock: each method
 * has to be quick, must not block and must not run user code. All times are those of {@link
 * System#nanoTime()} in this JVM; those of a worker process have been converted to it.
 */
public interface LaneObserver {

  /** What takes time. */
  enum Kind {
    CALL,
    START_UP,
    CHUNK
  }

  /** Tells whether there is anybody to hear; if not the other methods are not called. */
  boolean isListening();

  /** Tells whether it wants to know how long workers have computed. */
  default boolean wantsCpuTimes() {
    return false;
  }

  /** Returns from which duration on it wants to hear of single items, in nanoseconds. */
  default long itemNanos() {
    return 1_000_000;
  }

  /**
   * Something begins.
   *
   * @return what is handed back when it ends, maybe to another thread; may be null
   */
  default @Nullable Object begins(Kind kind) {
    return null;
  }

  /**
   * A call has ended.
   *
   * @param begun what {@link #begins} returned; null also if nobody listened then
   */
  default void ended(@Nullable Object begun, CallSpan call) {}

  /** A worker has been started, or could not be. */
  default void started(@Nullable Object begun, StartSpan start) {}

  /** A worker has ended. */
  default void ended(WorkerEnd end) {}

  /** A worker has executed a chunk, or as much of it as it came to. */
  default void ran(@Nullable Object begun, ChunkSpan chunk) {}

  /** A worker has executed an item that took {@link #itemNanos} or more. */
  default void ran(ItemSpan item) {}

  /** An attempt at an item has failed. */
  default void failed(FailedAttempt attempt) {}

  /**
   * A call from begin to end.
   *
   * @param number counts the calls of the pool, from 1
   * @param items how many inputs were read
   * @param failure what it ended with; null if it ended well
   */
  record CallSpan(long number, long start, long end, long items, @Nullable Throwable failure) {}

  /**
   * The start of a worker.
   *
   * @param slot the number of the worker in its pool, from 0
   * @param worker its name; that of the slot if it could not be started
   * @param pid that of its process; 0 if it is a thread of this JVM
   * @param failure why it could not be started; null if it was
   */
  record StartSpan(
      int slot, String worker, long pid, long start, long end, @Nullable Throwable failure) {}

  /**
   * The end of a worker.
   *
   * @param reason why, in a few words
   */
  record WorkerEnd(int slot, String worker, long pid, long time, String reason) {}

  /**
   * A chunk in the hands of a lane: hand-over until {@code runStart}, time of the worker until
   * {@code runEnd}, hand-over until {@code end}.
   *
   * @param slot the number of the worker; see {@link Chunk#CALLERS}
   * @param call the number of the call
   * @param firstIndex the position of the first item in the input
   * @param items how many items the chunk has
   * @param executed how many of them the worker has come to
   * @param failed how many of those have failed
   * @param cpuNanos how long the worker's thread has computed between runStart and runEnd; {@link
   *     Chunk#UNKNOWN} if nobody asked or can tell
   * @param bytesSent how many bytes the worker was sent for it; 0 if it is a thread
   * @param bytesReceived how many bytes came back
   */
  record ChunkSpan(
      int slot,
      String worker,
      long pid,
      long call,
      long firstIndex,
      int items,
      int executed,
      int failed,
      long start,
      long runStart,
      long runEnd,
      long end,
      long cpuNanos,
      long bytesSent,
      long bytesReceived) {}

  /**
   * An item. Its duration was measured; where it has others of its chunk before it, its start is
   * put together from theirs.
   *
   * @param input its input itself, whose {@code toString()} is user code
   */
  record ItemSpan(
      int slot,
      String worker,
      long pid,
      long call,
      long index,
      long start,
      long end,
      boolean failed,
      @Nullable Object input) {}

  /**
   * An attempt at an item that has failed.
   *
   * @param attempt which one it was, from 1
   * @param again whether there will be another one
   * @param crash whether the worker died of it
   * @param label the kind of failure, in a word or two
   */
  record FailedAttempt(
      int slot,
      String worker,
      long pid,
      long call,
      long index,
      int attempt,
      long time,
      boolean again,
      boolean crash,
      String label) {}
}
