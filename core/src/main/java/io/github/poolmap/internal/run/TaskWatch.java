package io.github.poolmap.internal.run;

import io.github.poolmap.internal.run.Deadlines.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sees that no item of a chunk takes longer than its limit.
 *
 * <p>It looks at the lane when the item that is under way could be over its limit at the earliest,
 * so that quick items cost nothing. An item that is over it is condemned and interrupted; what does
 * not heed that within the grace period is given up. Runs on the timer's thread; both steps are
 * decided by the lane, which knows whether that item is still the one under way.
 */
final class TaskWatch<F> {

  /** Limits below this are kept no more precisely, and cost no core. */
  private static final long SHORTEST_NANOS = 1_000_000;

  private static final int NONE = -1;

  private final Chunk<F> chunk;
  private final Lane<F> lane;
  private final long limitNanos;
  private final Duration grace;

  // Guarded by this.
  private @Nullable Deadline next;

  private @Nullable Deadline graceEnd;
  private int inGrace = NONE;
  private boolean ended;

  TaskWatch(Chunk<F> chunk, Lane<F> lane, Duration limit, Duration grace) {
    this.chunk = chunk;
    this.lane = lane;
    this.limitNanos = limit.toNanos();
    this.grace = grace;
  }

  synchronized void lookAfter(long nanos) {
    if (!ended) {
      next = Deadlines.after(Duration.ofNanos(Math.max(nanos, SHORTEST_NANOS)), this::look);
    }
  }

  void begin() {
    lookAfter(limitNanos);
  }

  /** The chunk has ended, or nobody waits for it. */
  synchronized void end() {
    ended = true;
    if (next != null) {
      next.cancel();
    }
    if (graceEnd != null) {
      graceEnd.cancel();
    }
  }

  private synchronized void giveUpAfterGrace(int position) {
    if (ended || inGrace == position) {
      return;
    }
    inGrace = position;
    if (graceEnd != null) {
      // That of an item before this one, which has ended.
      graceEnd.cancel();
    }
    graceEnd = Deadlines.after(grace, () -> lane.giveUp(chunk, position));
  }

  private void look() {
    UnderWay item = lane.underWay(chunk);
    if (item == null) {
      // One that begins from now on has all of its time.
      lookAfter(limitNanos);
      return;
    }
    long left = item.startNanos() + limitNanos - System.nanoTime();
    if (left > 0) {
      // Another item may begin meanwhile, which has all of its time, too.
      lookAfter(Math.min(left, limitNanos));
      return;
    }
    Runnable interrupt = lane.expire(chunk, item.position());
    if (interrupt != null) {
      giveUpAfterGrace(item.position());
      Errands.run(interrupt);
    }
    lookAfter(limitNanos);
  }
}
