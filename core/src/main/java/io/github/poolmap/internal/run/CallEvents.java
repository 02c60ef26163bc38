package io.github.poolmap.internal.run;

import io.github.poolmap.PoolListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells listeners what happens to one call. Safe for use by many threads. */
final class CallEvents {

  private final PoolEvents pool;
  private final PoolListener.Call call;
  private final long start = System.nanoTime();

  CallEvents(PoolEvents pool, PoolListener.Call call) {
    this.pool = pool;
    this.call = call;
  }

  void started() {
    pool.tell(listener -> listener.callStarted(call));
  }

  void ended(@Nullable Throwable failure) {
    if (pool.hasListeners()) {
      Duration duration = Duration.ofNanos(System.nanoTime() - start);
      pool.tell(listener -> listener.callEnded(call, duration, failure));
    }
  }

  /** An attempt has failed. What describes it runs user code, in the thread of the listener. */
  void failed(Settled attempt, ItemFailure failure, boolean again) {
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
