package io.github.poolmap.internal.observe;

/**
 * A stretch of time in a lane, or a moment if it ends where it starts.
 *
 * @param kind what the lane did
 * @param worker the name of the worker that the lane had
 * @param start when it began, by {@link System#nanoTime}
 * @param end when it ended, by the same clock
 * @param cpuNanos how long the worker's thread has computed in it; {@link #UNKNOWN} if nobody can
 *     tell
 * @param call the number of the call, from 1; {@link #NO_CALL} if it belongs to none
 * @param first the index of its first item; 0 if it has none
 * @param items how many items it is about
 * @param failed whether one of them has failed
 */
public record Span(
    Kind kind,
    String worker,
    long start,
    long end,
    long cpuNanos,
    long call,
    long first,
    int items,
    boolean failed) {

  /** Stands for a time that nobody can tell. */
  public static final long UNKNOWN = -1;

  /** Stands for the number of a call. */
  public static final long NO_CALL = 0;

  /** What a lane does. */
  public enum Kind {
    /** Its worker starts, or is being waited for. */
    START_UP,
    /** Its worker has a chunk. */
    RUN,
    /** A chunk is on its way to the worker, or its results are on their way back. */
    HAND_OVER,
    /** One item of a chunk is executed. */
    ITEM,
    /** A moment: the worker died. */
    CRASH,
    /** A moment: an attempt has failed, and there will be another one. */
    RETRY
  }

  /** A moment is kept as it is; a stretch never ends before it starts. */
  public Span {
    end = Math.max(start, end);
  }

  long nanos() {
    return end - start;
  }

  /** Tells whether somebody can say how long the worker has computed. */
  boolean knowsCpu() {
    return cpuNanos >= 0;
  }

  /** Returns the time in which the worker has computed, as far as that is known. */
  long computing() {
    return knowsCpu() ? Math.min(cpuNanos, nanos()) : 0;
  }
}
