package io.github.poolmap.internal.run;

import java.time.Duration;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@link LaneDemand} how many lanes are to be started, by what the lanes of a dispatcher do
 * and its runs have left, and has it asked again as long as work waits that nobody comes for.
 * Guarded by the lock of the dispatcher.
 */
final class LaneStarts<F> {

  /** Lanes ask whenever they have ended a chunk, which may be every few microseconds. */
  private static final long ANSWER_HOLDS_NANOS = 100_000;

  /** Of so many runs each is looked at; calls may wait by the hundred thousand. */
  private static final int RUNS_LOOKED_AT = 64;

  private final Backend<F> backend;
  private final LaneDemand demand;
  private final PlannedLook nextLook;

  private boolean answered;
  private long answeredAt;

  /**
   * Makes one.
   *
   * @param lookAgain asks again; called without the lock
   */
  LaneStarts(String poolName, Backend<F> backend, LaneDemand demand, Runnable lookAgain) {
    this.backend = backend;
    this.demand = demand;
    this.nextLook = new PlannedLook(poolName, Duration.ofNanos(LaneDemand.LOOK_NANOS), lookAgain);
  }

  /** A lane has got a chunk. */
  void claimed(PoolLane<F> lane, Chunk<F> chunk) {
    Run<F> run = chunk.run();
    lane.since = demand.now();
    lane.expectedNanos = chunk.size() * demand.itemNanos(run.context().function(), run.cost());
  }

  /** A lane is about to open. */
  void starting(PoolLane<F> lane) {
    lane.since = demand.now();
  }

  /** A call has ended. */
  void ended(Run<F> run) {
    demand.ended(run.context().function(), run.cost());
  }

  /** Somebody comes for all there is. */
  void satisfied() {
    demand.satisfied();
    answered = false;
  }

  /**
   * Returns how many lanes are to be started now.
   *
   * @param most how many chunks nobody comes for
   * @param lanes the lanes, null where there is none
   * @param dormant how many of them neither have a worker nor start one
   * @param round the runs that have something to claim
   */
  int starts(int most, @Nullable PoolLane<F>[] lanes, Set<PoolLane<F>> dormant, Set<Run<F>> round) {
    long now = demand.now();
    if (answered && now - answeredAt < ANSWER_HOLDS_NANOS) {
      nextLook.plan();
      return 0;
    }
    LaneDemand.Look look = demand.look(backend.startNanos());
    int starting = 0;
    for (PoolLane<F> lane : lanes) {
      if (lane == null || dormant.contains(lane)) {
        continue;
      }
      if (lane.state == PoolLane.State.BUSY) {
        look.working(lane.since, lane.expectedNanos);
      } else if (lane.state == PoolLane.State.STARTING && !lane.parked) {
        starting++;
        look.starting(lane.since);
      } else {
        look.idle();
      }
    }
    addWork(look, round);
    // Those that start may not have got theirs yet.
    int atHand = Math.max(0, backend.workersAtHand() - starting);
    int starts = Math.min(most, Math.max(atHand, look.starts(most)));
    answered = starts == 0;
    answeredAt = now;
    if (starts < most) {
      nextLook.plan();
    }
    return starts;
  }

  private void addWork(LaneDemand.Look look, Set<Run<F>> round) {
    Iterator<Run<F>> runs = round.iterator();
    int several = Math.min(round.size(), RUNS_LOOKED_AT);
    double each = several == 0 ? 1 : (double) round.size() / several;
    for (int i = 0; i < several; i++) {
      Run<F> run = runs.next();
      look.waiting(
          run.context().function(),
          run.cost(),
          each * run.claims().left(),
          !run.claims().isInputEnded());
    }
  }

  /** The look that was planned has come. */
  void beginLook() {
    nextLook.begin();
    answered = false;
  }
}
