package io.github.poolmap.internal.run;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where lanes wait for a moment until inputs that are read one by one have become more than a few.
 *
 * <p>A lane that takes three of them as soon as they are there is back for the next three at once,
 * and to hand those over takes the processor from the thread that reads. Senders of bytes have the
 * same problem, and the same answer (RFC 813, "silly window syndrome").
 *
 * <p>Nobody shall notice. It is done for items so short that a chunk should have dozens of them,
 * and for {@link #PARTS} times {@link #PART_NANOS} at most, as long as inputs come so quickly that
 * their reader must be busy with nothing else; not if another call has items, too; and where it was
 * in vain it is left out, see {@link Backoff}. Guarded by the lock of the dispatcher.
 */
final class Gathering {

  private static final int PARTS = 2;
  private static final long PART_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  /** If less comes in one part, the input comes slowly, or the reader waits for what there is. */
  private static final int QUICK = 32;

  private final Condition ended;
  private final long partNanos;

  /** Whose inputs lanes wait for; null if none does. */
  private @Nullable InputFlow subject;

  Gathering(ReentrantLock lock) {
    this(lock, PART_NANOS);
  }

  Gathering(ReentrantLock lock, long partNanos) {
    this.ended = lock.newCondition();
    this.partNanos = partNanos;
  }

  /** Tells whether lanes wait for the inputs of any run. */
  boolean isUnderWay() {
    return subject != null;
  }

  /** Tells whether lanes wait for these inputs. */
  boolean isFor(InputFlow inputs) {
    return subject == inputs;
  }

  /**
   * A lane that has found few inputs and nothing else to do takes the choice to wait for more of
   * them: tells whether it is to. It is not if lanes wait already, if none have come since one last
   * had the choice, or if this time is to be left out because waits were in vain.
   */
  boolean takeChoice(InputFlow inputs) {
    return !isUnderWay() && inputs.lookForMore() && !inputs.leavesOutWait();
  }

  /**
   * Waits, without the lock, as long as it is worth it. Others can {@link #join} meanwhile.
   *
   * @param few whether there are few still, and nothing else to do
   * @return false if that was not worth it
   */
  boolean await(InputFlow inputs, BooleanSupplier few) throws InterruptedException {
    subject = inputs;
    try {
      for (int part = 0; part < PARTS; part++) {
        long before = inputs.read();
        long left = partNanos;
        while (left > 0 && few.getAsBoolean()) {
          left = ended.awaitNanos(left);
        }
        long came = inputs.read() - before;
        if (left > 0 || !few.getAsBoolean()) {
          return came > 0;
        }
        if (came < QUICK) {
          return false;
        }
      }
      return true;
    } finally {
      subject = null;
      ended.signalAll();
    }
  }

  /** Waits, without the lock, as long as the lane does that waits for these inputs already. */
  void join(InputFlow inputs, BooleanSupplier few) throws InterruptedException {
    long left = PARTS * partNanos;
    while (left > 0 && isFor(inputs) && few.getAsBoolean()) {
      left = ended.awaitNanos(left);
    }
  }

  /** There may be enough, or something else to do. */
  void end() {
    if (isUnderWay()) {
      ended.signalAll();
    }
  }
}
