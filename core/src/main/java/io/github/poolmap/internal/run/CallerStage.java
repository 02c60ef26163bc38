package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import io.github.poolmap.WorkerStartException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Has the items of one run executed by the thread that makes the call, or reads its stream. */
final class CallerStage extends Stage<Mapper<Object, Object>> {

  /** Gives the calling thread what it is as a worker. */
  @FunctionalInterface
  interface Scopes {

    /** Returns the scope of the calling thread, initialized; null if it has one already. */
    @Nullable WorkerScope current();

    /** A call begins. */
    default void callBegins() {}

    /** A call that has begun has ended. */
    default void callEnds() {}
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Scopes scopes;
  private @Nullable CallerLane lane;
  private boolean entered;

  CallerStage(Scopes scopes) {
    this.scopes = scopes;
  }

  @Override
  ReentrantLock lock() {
    return lock;
  }

  @Override
  int lanes() {
    return 1;
  }

  @Override
  void nowClaimable(Run<Mapper<Object, Object>> run) {}

  @Override
  boolean isCaller() {
    return true;
  }

  @Override
  void enter(Run<Mapper<Object, Object>> run) {
    entered = true;
    scopes.callBegins();
  }

  @Override
  void leave(Run<Mapper<Object, Object>> run) {
    if (entered) {
      entered = false;
      scopes.callEnds();
    }
  }

  @Override
  void work(Run<Mapper<Object, Object>> run) {
    if (lane == null) {
      try {
        lane = new CallerLane(scopes.current());
      } catch (WorkerStartException e) {
        run.stop(StopCause.ofItems(() -> e));
        return;
      }
    }
    lane.executeAll(run);
  }

  @Override
  void awaitEnd(Run<Mapper<Object, Object>> run) {
    do {
      work(run);
    } while (run.awaitWork());
  }

  @Override
  void resign(Run<Mapper<Object, Object>> run) {
    if (lane != null) {
      run.disown(lane);
    }
  }
}
