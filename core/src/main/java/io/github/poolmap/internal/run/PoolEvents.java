package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.PoolListener;
import io.github.poolmap.ProgressListener;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells the listeners of one engine what happens in it. Safe for use by many threads. */
final class PoolEvents {

  private final String pool;
  private final List<ListenerThread> listeners;
  private final AtomicLong calls = new AtomicLong();

  PoolEvents(String pool, List<PoolListener> listeners) {
    this.pool = pool;
    this.listeners =
        listeners.stream().map(listener -> new ListenerThread(pool, listener)).toList();
  }

  boolean hasListeners() {
    return !listeners.isEmpty();
  }

  void tell(Consumer<PoolListener> event) {
    for (ListenerThread each : listeners) {
      each.tell(event);
    }
  }

  CallEvents newCall(MapOptions options, @Nullable ProgressListener report) {
    PoolListener.Call call = new PoolListener.Call(pool, calls.incrementAndGet());
    return new CallEvents(this, call, CallProgress.of(call, options, report));
  }

  void workerStarted(String name, int index) {
    PoolListener.Worker worker = new PoolListener.Worker(pool, name, index);
    tell(listener -> listener.workerStarted(worker));
  }

  void workerEnded(String name, int index) {
    PoolListener.Worker worker = new PoolListener.Worker(pool, name, index);
    tell(listener -> listener.workerEnded(worker));
  }
}
