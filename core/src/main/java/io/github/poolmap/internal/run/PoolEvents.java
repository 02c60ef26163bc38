package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.PoolListener;
import io.github.poolmap.ProgressListener;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners of one engine what happens in it. Safe for use by many threads. */
final class PoolEvents {

  private static final Logger LOG = LoggerFactory.getLogger(PoolEvents.class);

  private final String pool;
  private final List<ListenerThread> listeners;
  private final AtomicLong calls = new AtomicLong();
  private final PoolMeter meter = new PoolMeter();

  /** Null if there is nobody to hear anything. */
  private volatile @Nullable LaneObserver observer;

  PoolEvents(String pool, List<PoolListener> listeners) {
    this(pool, listeners, null);
  }

  PoolEvents(String pool, List<PoolListener> listeners, @Nullable LaneObserver observer) {
    this.pool = pool;
    this.observer = observer;
    this.listeners =
        listeners.stream().map(listener -> new ListenerThread(pool, listener)).toList();
  }

  boolean hasListeners() {
    return !listeners.isEmpty();
  }

  /** Returns what measures the workers. */
  PoolMeter meter() {
    return meter;
  }

  /** Returns who is to hear of what lanes do; null if nobody is. */
  @Nullable LaneObserver observer() {
    LaneObserver present = observer;
    return present != null && present.isListening() ? present : null;
  }

  /** Tells whether somebody wants to know how long workers have computed. */
  boolean wantsCpuTimes() {
    LaneObserver present = observer();
    return present != null && present.wantsCpuTimes();
  }

  /** Tells an observer something. One that fails hears no more. */
  void guarded(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException | Error e) {
      observer = null;
      LOG.error("{}: an observer failed, and is told no more", pool, e);
    }
  }

  /** Something begins. Returns what its end is told with. */
  @Nullable Object begins(LaneObserver.Kind kind) {
    LaneObserver present = observer();
    if (present == null) {
      return null;
    }
    try {
      return present.begins(kind);
    } catch (RuntimeException | Error e) {
      observer = null;
      LOG.error("{}: an observer failed, and is told no more", pool, e);
      return null;
    }
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

  /** A worker has been started, or could not be. */
  void started(@Nullable Object begun, LaneObserver.StartSpan span) {
    LaneObserver present = observer();
    if (present != null) {
      guarded(() -> present.started(begun, span));
    }
  }

  void workerStarted(String name, int index) {
    PoolListener.Worker worker = new PoolListener.Worker(pool, name, index);
    tell(listener -> listener.workerStarted(worker));
  }

  void workerEnded(String name, int index, long pid, String reason) {
    LaneObserver present = observer();
    if (present != null) {
      LaneObserver.WorkerEnd end =
          new LaneObserver.WorkerEnd(index, name, pid, System.nanoTime(), reason);
      guarded(() -> present.ended(end));
    }
    PoolListener.Worker worker = new PoolListener.Worker(pool, name, index);
    tell(listener -> listener.workerEnded(worker));
  }
}
