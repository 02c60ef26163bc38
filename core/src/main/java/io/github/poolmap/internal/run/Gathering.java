package io.github.poolmap.internal.run;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Where lanes wait for a moment until inputs that are read one by one have become more than a few.
 *
 * <p>A lane that takes three of them as soon as they are there is back for the next three at once,
 * and to hand those over takes the processor from the thread that reads. Senders of bytes have the
 * same problem, and the same answer (RFC 813, "silly window syndrome").
 *
 * <p>Nobody shall notice. It is done for items so short that a chunk should have dozens of them,
 * and for {@link #LONGEST_NANOS} at most; not if another call has items, too; and where it was in
 * vain it is left out, see {@link Backoff}. Guarded by the lock of the dispatcher.
 */
final class Gathering {

  private static final long LONGEST_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  /** So much growth tells that more come at once. */
  private static final int GROWTH = 4;

  private final Condition enough;
  private int waiting;

  Gathering(ReentrantLock lock) {
    this.enough = lock.newCondition();
  }

  /** Tells whether a lane is to wait before it takes what there is of this run. */
  static boolean isWorthIt(Run<?> run) {
    return run.hasFewInputs() && !run.gatherings().leavesOut();
  }

  /**
   * Waits, without the lock, until there are enough, or not that one only, or the moment is over.
   */
  void await(Run<?> run, BooleanSupplier isOnlyOne) throws InterruptedException {
    int before = run.claims().fresh();
    long left = LONGEST_NANOS;
    waiting++;
    try {
      while (left > 0 && isOnlyOne.getAsBoolean() && run.hasFewInputs()) {
        left = enough.awaitNanos(left);
      }
    } finally {
      waiting--;
    }
    run.gatherings().note(left > 0 || run.claims().fresh() >= (long) GROWTH * before);
  }

  /** There is more of a run, or another one has come. */
  void more(Run<?> run, boolean isOnlyOne) {
    if (waiting > 0 && !(isOnlyOne && run.hasFewInputs())) {
      enough.signalAll();
    }
  }
}
