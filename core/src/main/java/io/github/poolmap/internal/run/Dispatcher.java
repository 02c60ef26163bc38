package io.github.poolmap.internal.run;

import io.github.poolmap.PoolClosedException;
import io.github.poolmap.PoolException;
import io.github.poolmap.WorkerStartException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the lanes of one pool and its active runs together.
 *
 * <p>Runs stand in a round: a lane takes a chunk of the first run that has one, and that run goes
 * to the end, so that a long call does not hold up a short one. Lanes are started when there is
 * more to claim than lanes that wait for it, and end when they had nothing to do for the idle
 * timeout. One lock guards the round, the lanes and all runs; it is held for moments only, once or
 * twice a chunk, and no user code and no I/O happens under it.
 */
final class Dispatcher<F> {

  /** So many failed starts in a row, with none that succeeded between, fail the pool. */
  private static final int FAILED_STARTS_ALLOWED = 3;

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final String poolName;
  private final Backend<F> backend;
  private final long idleNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition claimable = lock.newCondition();
  private final Condition laneGone = lock.newCondition();
  private final ArrayDeque<Run<F>> round = new ArrayDeque<>();
  private final Set<Run<F>> active = new LinkedHashSet<>();
  private final @Nullable PoolLane<F>[] slots;
  private final BitSet occupied = new BitSet();
  private int waiting;
  private boolean shutdown;

  /** Shut down, and the last run has left. */
  private boolean over;

  private int failedStarts;
  private @Nullable WorkerStartException broken;

  Dispatcher(String poolName, int workers, Duration idleTimeout, Backend<F> backend) {
    this.poolName = poolName;
    this.backend = backend;
    this.idleNanos = idleTimeout.toNanos();
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Nullable PoolLane<F>[] none = new PoolLane[workers];
    this.slots = none;
  }

  ReentrantLock lock() {
    return lock;
  }

  // ---- runs

  void enter(Run<F> run) {
    lock.lock();
    try {
      if (broken != null) {
        throw again(broken).get();
      }
      if (over) {
        throw new PoolClosedException(poolName + " is closed: it takes no more calls");
      }
      active.add(run);
      nowClaimable(run);
    } finally {
      lock.unlock();
    }
  }

  void leave(Run<F> run) {
    lock.lock();
    try {
      active.remove(run);
      if (run.inRound) {
        run.inRound = false;
        round.remove(run);
      }
    } finally {
      lock.unlock();
    }
    endIfOver();
  }

  /** The run has items to claim: puts it into the round and sees that lanes come for it. */
  void nowClaimable(Run<F> run) {
    lock.lock();
    try {
      if (!run.inRound && run.isClaimable()) {
        run.inRound = true;
        round.addLast(run);
      }
      callLanes();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes or starts as many lanes as there are chunks. */
  private void callLanes() {
    int wanted = 0;
    for (Run<F> run : round) {
      wanted = (int) Math.min(slots.length, (long) wanted + run.claimableChunks());
      if (wanted == slots.length) {
        break;
      }
    }
    for (int i = Math.min(waiting, wanted); i > 0; i--) {
      claimable.signal();
    }
    while (waiting < wanted && occupied.nextClearBit(0) < slots.length) {
      if (!startLane(occupied.nextClearBit(0))) {
        return;
      }
    }
  }

  private boolean startLane(int slot) {
    String name = poolName + "-" + (slot + 1);
    PoolLane<F> lane =
        new PoolLane<>(this, slot, name, backend.newExecutor(slot + 1, name), backend.isInline());
    slots[slot] = lane;
    occupied.set(slot);
    setState(lane, PoolLane.State.STARTING);
    try {
      lane.newThread().start();
      return true;
    } catch (OutOfMemoryError e) {
      // The system grants no more threads. Those that there are do the work; with none, nobody
      // would.
      setState(lane, PoolLane.State.ENDED);
      slots[slot] = null;
      occupied.clear(slot);
      LOG.warn("{}: no thread to be had for a worker", poolName, e);
      if (!hasLanes()) {
        for (Run<F> run : active) {
          run.stop(() -> new PoolException(poolName + ": no thread to be had for a worker", e));
        }
      }
      return false;
    }
  }

  /** The one place where lanes change their state, so that those waiting are counted. */
  private void setState(PoolLane<F> lane, PoolLane.State state) {
    if (lane.state.isWaiting() != state.isWaiting()) {
      waiting += state.isWaiting() ? 1 : -1;
    }
    lane.state = state;
  }

  // ---- lanes

  /**
   * Waits until there is something to claim, without claiming it.
   *
   * @return false if the lane is to end
   */
  boolean awaitClaimable(PoolLane<F> lane) {
    lock.lock();
    try {
      return waitForWork(lane, PoolLane.State.STARTING);
    } finally {
      lock.unlock();
    }
  }

  /** Claims a chunk, waiting for one if need be; null if the lane is to end. */
  @Nullable Chunk<F> take(PoolLane<F> lane) {
    lock.lock();
    try {
      if (!waitForWork(lane, PoolLane.State.IDLE)) {
        return null;
      }
      Chunk<F> chunk = claimNext(lane);
      setState(lane, PoolLane.State.BUSY);
      return chunk;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Claims a chunk of the run that the lane is at to be sent ahead, if it is worth it and no other
   * call waits for its turn.
   */
  @Nullable Chunk<F> takeAhead(PoolLane<F> lane, Run<F> run) {
    lock.lock();
    try {
      return round.size() == 1 && round.peekFirst() == run && lane.state == PoolLane.State.BUSY
          ? run.claimAhead(lane)
          : null;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the first of the round can be claimed. Runs that have nothing leave the round. */
  private boolean waitForWork(PoolLane<F> lane, PoolLane.State waitingState) {
    if (lane.state != PoolLane.State.ENDED) {
      setState(lane, waitingState);
    }
    long left = idleNanos;
    while (lane.state != PoolLane.State.ENDED) {
      Run<F> first = round.peekFirst();
      if (first != null && first.isClaimable()) {
        return true;
      }
      if (first != null) {
        round.removeFirst();
        first.inRound = false;
        continue;
      }
      if (broken != null || over || left <= 0) {
        // From here on it is not counted on; should work come, a successor takes the slot.
        setState(lane, PoolLane.State.BUSY);
        return false;
      }
      try {
        left = claimable.awaitNanos(left);
      } catch (InterruptedException e) {
        // Lanes drop interrupts outside user code, so this cannot be; and it would mean nothing.
        LOG.debug("{}: stray interrupt ignored", lane);
      }
    }
    return false;
  }

  private Chunk<F> claimNext(PoolLane<F> lane) {
    Run<F> run = round.removeFirst();
    Chunk<F> chunk = run.claim(lane);
    if (chunk == null) {
      throw new IllegalStateException("the first run of the round has nothing to claim");
    }
    run.inRound = run.isClaimable();
    if (run.inRound) {
      round.addLast(run);
    }
    return chunk;
  }

  void startSucceeded() {
    lock.lock();
    try {
      failedStarts = 0;
    } finally {
      lock.unlock();
    }
  }

  /** A worker could not be started: once too often fails the pool and all its calls. */
  void startFailed(PoolLane<F> lane, WorkerStartException failure) {
    List<Run<F>> failing;
    lock.lock();
    try {
      if (over) {
        return;
      }
      failedStarts++;
      if (failedStarts < FAILED_STARTS_ALLOWED) {
        LOG.warn("{}: worker start failed, trying again: {}", lane, firstLine(failure));
        return;
      }
      broken = failure;
      failing = new ArrayList<>(active);
      claimable.signalAll();
    } finally {
      lock.unlock();
    }
    for (Run<F> run : failing) {
      run.stop(again(failure));
    }
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  /** The same failure as an exception of the thread that gets to see it. */
  private static Supplier<RuntimeException> again(WorkerStartException first) {
    return () ->
        new WorkerStartException(
            String.valueOf(first.getMessage()), first.command(), first.stderrTail(), first);
  }

  /** A lane met a defect of the library; its calls fail with it instead of waiting for ever. */
  void laneBroke(PoolLane<F> lane, Throwable defect) {
    List<Run<F>> candidates;
    lock.lock();
    try {
      candidates = new ArrayList<>(active);
    } finally {
      lock.unlock();
    }
    boolean hadItems = false;
    for (Run<F> run : candidates) {
      if (run.isOnBoard(lane)) {
        hadItems = true;
        run.stop(() -> new PoolException(lane + ": internal error", defect));
        run.disown(lane);
      }
    }
    if (!hadItems) {
      // It would happen to its successor, and to the next: bounded like a start that fails.
      startFailed(lane, new WorkerStartException(lane + ": internal error", "", "", defect));
    }
  }

  /** The lane has ended or is left behind: its slot is free. False if that was known. */
  boolean laneEnded(PoolLane<F> lane) {
    lock.lock();
    try {
      setState(lane, PoolLane.State.ENDED);
      if (slots[lane.slot()] != lane) {
        return false;
      }
      slots[lane.slot()] = null;
      occupied.clear(lane.slot());
      laneGone.signalAll();
      // Should it be waiting again by now, it must not swallow the call for another lane.
      claimable.signalAll();
      callLanes();
      return true;
    } finally {
      lock.unlock();
    }
  }

  // ---- the end

  /** Has lanes end as soon as there is no active run. Does not wait. */
  void shutdown() {
    lock.lock();
    try {
      shutdown = true;
    } finally {
      lock.unlock();
    }
    endIfOver();
  }

  private void endIfOver() {
    lock.lock();
    try {
      if (over || !shutdown || !active.isEmpty()) {
        return;
      }
      over = true;
      claimable.signalAll();
    } finally {
      lock.unlock();
    }
    backend.refuseToOpen();
  }

  /** Waits until no lane is left. */
  void awaitLanes() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (hasLanes()) {
        laneGone.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no lane is left, at most so long. */
  void awaitLanes(long millis) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(millis);
    lock.lockInterruptibly();
    try {
      while (hasLanes() && left > 0) {
        left = laneGone.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean hasLanes() {
    return !occupied.isEmpty();
  }
}
