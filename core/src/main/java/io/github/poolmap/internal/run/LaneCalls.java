package io.github.poolmap.internal.run;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Decides for how many chunks lanes are called: for all, or for as many as {@link UsefulLanes}
 * knows to be of use.
 *
 * <p>A run for some of whose items no lane is called is looked after as long as that is so. Tasks
 * may be other than those before them, and wait for one another, or a worker for the one that is to
 * replace it. So if one of the lanes that are at such a run is late, all lanes are called. Guarded
 * by the lock of the dispatcher.
 */
final class LaneCalls<F> {

  private static final Duration LOOK = Duration.ofMillis(20);

  /** Beside others that compute a short task may take so long. */
  private static final long SOONEST_LATE_NANOS = 50_000_000;

  /** In a chunk of so long what a lane costs does not show. */
  private static final long LATEST_LATE_NANOS = 1_000_000_000;

  private static final int LATE_TIMES = 4;

  private final ReentrantLock lock;
  private final UsefulLanes useful;
  private final PlannedLook nextLook;

  /**
   * Makes one.
   *
   * @param lock that of the dispatcher
   * @param lookAgain has {@link #beginLook} and {@link #look} called, and then lanes; called
   *     without the lock
   */
  LaneCalls(String poolName, ReentrantLock lock, UsefulLanes useful, Runnable lookAgain) {
    this.lock = lock;
    this.useful = useful;
    this.nextLook = new PlannedLook(poolName, LOOK, lookAgain);
  }

  /**
   * A lane has got a chunk; how long it is expected to take has been noted.
   *
   * @param ahead whether it has another one to execute first
   */
  void claimed(PoolLane<F> lane, Chunk<F> chunk, boolean ahead) {
    Run<F> run = chunk.run();
    setAt(lane, run);
    String function = run.context().function();
    lane.measured = useful.claimed(function, lane.expectedNanos, !ahead);
    if (lane.measured) {
      chunk.measure = new Measure(function);
    }
  }

  /**
   * Tells whether a lane may get a chunk ahead of need. Two in a row cannot be told apart by what
   * measures them.
   */
  boolean mayClaimAhead(PoolLane<F> lane, Run<F> run) {
    return !lane.measured && !useful.isMeasureDue(run.context().function());
  }

  /** A lane has nothing to do, or has ended. */
  void left(PoolLane<F> lane) {
    setAt(lane, null);
  }

  private void setAt(PoolLane<F> lane, @Nullable Run<F> run) {
    Run<F> before = lane.at;
    if (before != run) {
      if (before != null) {
        before.lanesAtIt--;
      }
      lane.at = run;
      if (run != null) {
        run.lanesAtIt++;
      }
    }
  }

  /**
   * Returns for how many chunks lanes are to be called, beside those that are at their runs; no
   * more than are enough.
   *
   * @param round the runs that have something to claim
   */
  int callable(Iterable<Run<F>> round, int enough) {
    long unlimited = 0;
    long limited = 0;
    for (Run<F> run : round) {
      int chunks = run.claimableChunks();
      if (chunks == 0) {
        continue;
      }
      run.usefulLanes = run.needsAllLanes ? UsefulLanes.ALL : useful.of(run.context().function());
      // Less than none where it has too many: lanes take turns, those come to the other runs.
      long more = (long) run.usefulLanes - run.lanesAtIt;
      if (more == 0 && run.claims().haveReturned()) {
        // That has waited already.
        more = 1;
      }
      if (chunks <= more || !nextLook.plan()) {
        unlimited += chunks;
      } else {
        limited += more;
      }
      if (unlimited + limited >= enough) {
        return enough;
      }
    }
    return (int) Math.min(enough, unlimited + Math.max(0, limited));
  }

  /** The look that was planned has come. */
  void beginLook() {
    nextLook.begin();
  }

  /**
   * Looks for lanes that are late, of runs whose items others could come for.
   *
   * @param lanes those that there are
   */
  void look(Collection<PoolLane<F>> lanes, long now) {
    for (PoolLane<F> lane : lanes) {
      Run<F> run = lane.at;
      if (run != null && run.isClaimable() && isLate(lane, now)) {
        run.needsAllLanes = true;
      }
    }
  }

  private boolean isLate(PoolLane<F> lane, long now) {
    boolean begun =
        lane.state == PoolLane.State.BUSY
            || (lane.state == PoolLane.State.STARTING && !lane.parked);
    long late = Math.min(LATE_TIMES * lane.expectedNanos, LATEST_LATE_NANOS);
    return begun && now - lane.since > Math.max(late, SOONEST_LATE_NANOS);
  }

  /** Wants to know what the tasks of one chunk do. */
  private final class Measure implements Chunk.Measure {

    private final String function;

    Measure(String function) {
      this.function = function;
    }

    @Override
    public void took(int items, long computedNanos, long pausedNanos) {
      lock.lock();
      try {
        useful.report(function, items, computedNanos, pausedNanos);
      } finally {
        lock.unlock();
      }
    }
  }
}
