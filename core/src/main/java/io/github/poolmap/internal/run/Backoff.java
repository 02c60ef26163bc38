package io.github.poolmap.internal.run;

/**
 * Has something left out that has been in vain of late: once after the first time, then three
 * times, seven, and so on up to {@link #MOST_LEFT_OUT}; not any more as soon as it was not.
 *
 * <p>What is noted is a hint, and may be lost where threads meet.
 */
final class Backoff {

  private static final int MOST_LEFT_OUT = 64;

  private volatile int leftOut;
  private volatile int toLeaveOut;

  /** Tells whether it is to be left out this time. */
  boolean leavesOut() {
    int left = toLeaveOut;
    if (left > 0) {
      toLeaveOut = left - 1;
    }
    return left > 0;
  }

  /** It was not left out. */
  void note(boolean successful) {
    int next = successful ? 0 : Math.min(MOST_LEFT_OUT, 2 * leftOut + 1);
    leftOut = next;
    toLeaveOut = next;
  }
}
