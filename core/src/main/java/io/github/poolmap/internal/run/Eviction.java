package io.github.poolmap.internal.run;

import io.github.poolmap.internal.run.Deadlines.Deadline;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees that what runs of a stopped run ends: first it is condemned and interrupted; after the grace
 * period lanes that still have items of the run get rid of them, and that is repeated until none
 * has.
 */
final class Eviction<F> {

  private static final Logger LOG = LoggerFactory.getLogger(Eviction.class);

  /** How long after a lane could not be freed it is tried again. */
  private static final Duration NEXT_TRY = Duration.ofSeconds(1);

  private final Run<F> run;
  private final ReentrantLock lock;
  private final Supplier<Collection<Lane<F>>> busyLanes;

  /** Guarded by the lock. */
  private @Nullable Deadline timer;

  /**
   * Makes one.
   *
   * @param busyLanes the lanes that have items of the run; called under the lock
   */
  Eviction(Run<F> run, ReentrantLock lock, Supplier<Collection<Lane<F>>> busyLanes) {
    this.run = run;
    this.lock = lock;
    this.busyLanes = busyLanes;
  }

  /** First step; the clock for the second runs from here on. */
  void begin() {
    Set<Lane<F>> busy;
    lock.lock();
    try {
      busy = new LinkedHashSet<>(busyLanes.get());
      armTimer(run.gracePeriod());
    } finally {
      lock.unlock();
    }
    for (UserCode ofCaller : List.of(run.reading(), run.preparing())) {
      Runnable interrupt = ofCaller.condemnOther(run);
      if (interrupt != null) {
        Errands.run(interrupt);
      }
    }
    // Even one that the second step has given up by now: its thread ends the sooner for it.
    for (Lane<F> lane : busy) {
      try {
        Runnable interrupt = lane.condemn(run);
        if (interrupt != null) {
          Errands.run(interrupt);
        }
      } catch (RuntimeException | Error e) {
        LOG.error("{}: cannot interrupt a task, it will be given up", lane, e);
      }
    }
  }

  /** Plans the second step, unless there is nothing that it could do. */
  private void armTimer(Duration delay) {
    if (busyLanes.get().stream().anyMatch(Lane::canBeAbandoned)) {
      timer = Deadlines.after(delay, this::abandon);
    }
  }

  /** Second step: the grace period is over. */
  private void abandon() {
    Set<Lane<F>> busy;
    lock.lock();
    try {
      busy = new LinkedHashSet<>(busyLanes.get());
    } finally {
      lock.unlock();
    }
    for (Lane<F> lane : busy) {
      try {
        if (lane.abandon(run)) {
          run.disown(lane);
        }
      } catch (RuntimeException | Error e) {
        LOG.error("{}: cannot get rid of a task, trying again", lane, e);
      }
    }
    lock.lock();
    try {
      armTimer(NEXT_TRY);
    } finally {
      lock.unlock();
    }
  }

  /** Nothing runs any more. Needs the lock. */
  void end() {
    if (timer != null) {
      timer.cancel();
    }
  }
}
