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
    lock.lock();
    try {
      // One that was stopped before it came here has left already.
      entered = !run.isQuiet();
      if (entered) {
        scopes.callBegins();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  void leave(Run<Mapper<Object, Object>> run) {
    CallerLane ending = lane;
    if (ending != null) {
      ending.end();
    }
    boolean leaves;
    lock.lock();
    try {
      leaves = entered;
      entered = false;
    } finally {
      lock.unlock();
    }
    if (leaves) {
      scopes.callEnds();
    }
  }

  @Override
  void work(Run<Mapper<Object, Object>> run) {
    CallerLane ready = lane == null ? open(run) : lane;
    if (ready != null) {
      lane = ready;
      ready.executeAll(run);
    }
  }

  /** What a task of the same pool executes itself is part of that task. */
  private static int slot(Run<?> run, boolean isWorker) {
    for (Run<?> outer = run.outer(); outer != null; outer = outer.outer()) {
      if (outer.context().events().ofPool() == run.context().events().ofPool()) {
        return Chunk.NESTED;
      }
    }
    return isWorker ? 0 : Chunk.CALLERS;
  }

  /** Makes a worker of the calling thread; null if the run has been stopped. */
  private @Nullable CallerLane open(Run<Mapper<Object, Object>> run) {
    UserCode preparing = run.preparing();
    if (!preparing.enter(run)) {
      return null;
    }
    WorkerScope scope = null;
    WorkerStartException failure = null;
    try {
      scope = scopes.current();
    } catch (WorkerStartException e) {
      failure = e;
    }
    boolean kept = preparing.leave() == UserCode.End.KEPT;
    if (failure == null) {
      return new CallerLane(
          scope, slot(run, scope != null), run.context().events().ofPool().meter());
    }
    WorkerStartException cause = failure;
    if (kept
        && (Thread.currentThread().isInterrupted()
            || cause.getCause() instanceof InterruptedException)) {
      // Somebody wants an end of the call. The flag is theirs.
      Thread.currentThread().interrupt();
      run.stop(run.interruption());
    } else {
      run.stop(StopCause.ofItems(() -> cause));
    }
    return null;
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
