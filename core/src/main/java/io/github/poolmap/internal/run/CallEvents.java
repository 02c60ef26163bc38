package io.github.poolmap.internal.run;

import io.github.poolmap.PoolListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells listeners what happens to one call. Safe for use by many threads. */
final class CallEvents {

  private final PoolEvents pool;
  private final PoolListener.Call call;
  private final @Nullable CallProgress progress;
  private final long start = System.nanoTime();
  private volatile @Nullable Object begun;

  /** How many inputs have been read. */
  volatile long items;

  CallEvents(PoolEvents pool, PoolListener.Call call, @Nullable CallProgress progress) {
    this.pool = pool;
    this.call = call;
    this.progress = progress;
  }

  PoolEvents ofPool() {
    return pool;
  }

  /** Returns the number of the call in its pool, from 1. */
  long number() {
    return call.number();
  }

  @Nullable Object begins(LaneObserver.Kind kind) {
    return pool.begins(kind);
  }

  void started(Run<?> run, Iterable<?> inputs) {
    begun = pool.begins(LaneObserver.Kind.CALL);
    pool.tell(listener -> listener.callStarted(call));
    if (progress != null) {
      progress.begin(run, inputs);
    }
  }

  /** Tells whether somebody wants to know what the call ends with. */
  boolean wantsFailure() {
    return pool.hasListeners() || pool.observer() != null || progress != null;
  }

  void ended(@Nullable Throwable failure) {
    LaneObserver observer = pool.observer();
    if (observer != null) {
      LaneObserver.CallSpan span =
          new LaneObserver.CallSpan(call.number(), start, System.nanoTime(), items, failure);
      pool.guarded(() -> observer.ended(begun, span));
    }
    if (pool.hasListeners()) {
      Duration duration = Duration.ofNanos(System.nanoTime() - start);
      pool.tell(listener -> listener.callEnded(call, duration, failure));
    }
    if (progress != null) {
      progress.end(failure);
    }
  }

  /** After the end: waits a moment for it to be shown, if it is. */
  void awaitShown() {
    if (progress != null) {
      progress.awaitShown();
    }
  }

  /** An attempt has failed. What describes it runs user code, in the thread of the listener. */
  void failed(Settled attempt, ItemFailure failure, boolean again, int slot, long pid) {
    LaneObserver observer = pool.observer();
    if (observer != null) {
      LaneObserver.FailedAttempt failed =
          new LaneObserver.FailedAttempt(
              slot,
              attempt.worker(),
              pid,
              call.number(),
              attempt.index(),
              attempt.attempts(),
              System.nanoTime(),
              again,
              failure.isCrash(),
              failure.label());
      pool.guarded(() -> observer.failed(failed));
    }
    if (!pool.hasListeners()) {
      return;
    }
    PoolListener.Item item =
        new PoolListener.Item(call, attempt.index(), attempt.attempts(), attempt.worker());
    pool.tell(
        listener -> {
          Throwable subject = failure.subject(attempt.asItem());
          if (again) {
            listener.itemRetried(item, subject);
          } else {
            listener.itemFailed(item, subject);
          }
        });
  }
}
