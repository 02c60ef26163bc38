package io.github.poolmap.internal.run;

import java.util.function.LongSupplier;

/**
 * How the inputs of one run come, that are read while it is under way, and whether it has been
 * worth it to wait for more of them. Guarded by the lock of the dispatcher.
 */
final class InputFlow {

  private final LongSupplier counter;
  private final Backoff waits = new Backoff();
  private long seen;

  /**
   * Makes one.
   *
   * @param counter tells how many have been read
   */
  InputFlow(LongSupplier counter) {
    this.counter = counter;
  }

  /** Returns how many have been read. */
  long read() {
    return counter.getAsLong();
  }

  /** Looks how many have come, and tells whether more than at the look before. */
  boolean lookForMore() {
    long before = seen;
    seen = read();
    return seen != before;
  }

  /** Tells whether lanes do not wait for more this time, because that was in vain of late. */
  boolean leavesOutWait() {
    return waits.leavesOut();
  }

  /** Lanes have waited for more, which was worth it or was not. */
  void waited(boolean useful) {
    waits.note(useful);
  }
}
