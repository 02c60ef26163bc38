package io.github.poolmap.internal.observe;

import java.util.concurrent.TimeUnit;
import jdk.jfr.Event;
import org.jspecify.annotations.Nullable;

/** What pools tell Flight Recorder. Not to be touched unless {@link Jfr} says that it is there. */
public final class JfrEvents {

  private final String pool;

  /**
   * The events of one pool.
   *
   * @param pool its name
   */
  public JfrEvents(String pool) {
    this.pool = pool;
  }

  /**
   * A worker of the pool.
   *
   * @param slot its number in the pool, from 0
   * @param pid that of its process; 0 if it is a thread of this one
   */
  public record Worker(int slot, String name, long pid) {}

  private void place(WorkerEvent event, Worker worker) {
    event.pool = pool;
    event.slot = worker.slot();
    event.worker = worker.name();
    event.pid = worker.pid();
  }

  private static <E extends Event> @Nullable E begun(E event) {
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  /** A call begins. Returns what {@link #callEnded} needs. */
  public @Nullable Object callBegins() {
    return begun(new CallEvent());
  }

  public void callEnded(
      @Nullable Object begun, long call, long items, @Nullable Throwable failure) {
    if (begun instanceof CallEvent event) {
      event.end();
      if (event.shouldCommit()) {
        event.pool = pool;
        event.call = call;
        event.items = items;
        event.failure = failure == null ? null : failure.getClass();
        event.commit();
      }
    }
  }

  /** A lane has got a chunk. Returns what {@link #chunkEnded} needs. */
  public @Nullable Object chunkBegins() {
    return begun(new ChunkEvent());
  }

  /** A chunk has ended; all its times are in nanoseconds. */
  public void chunkEnded(
      @Nullable Object begun,
      long call,
      Worker worker,
      long firstIndex,
      int items,
      int failed,
      long busy,
      long handOver,
      long bytesSent,
      long bytesReceived) {
    if (begun instanceof ChunkEvent event) {
      event.end();
      if (event.shouldCommit()) {
        place(event, worker);
        event.call = call;
        event.firstIndex = firstIndex;
        event.items = items;
        event.failed = failed;
        event.busy = busy;
        event.handOver = handOver;
        event.bytesSent = bytesSent;
        event.bytesReceived = bytesReceived;
        event.commit();
      }
    }
  }

  /**
   * An item has been executed.
   *
   * @param start when it began, by {@link System#nanoTime()}
   * @param nanos how long it took
   */
  public void task(long call, Worker worker, long index, long start, long nanos, boolean failed) {
    TaskEvent event = new TaskEvent();
    event.took = nanos;
    if (event.shouldCommit()) {
      place(event, worker);
      event.call = call;
      event.index = index;
      event.began =
          System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      event.failed = failed;
      event.commit();
    }
  }

  /** A worker is about to be started. Returns what {@link #workerStarted} needs. */
  public @Nullable Object workerStarts() {
    return begun(new WorkerStartEvent());
  }

  public void workerStarted(@Nullable Object begun, Worker worker, @Nullable Throwable failure) {
    if (begun instanceof WorkerStartEvent event) {
      event.end();
      if (event.shouldCommit()) {
        place(event, worker);
        event.failure = failure == null ? null : failure.getMessage();
        event.commit();
      }
    }
  }

  public void workerEnded(Worker worker, String reason) {
    WorkerExitEvent event = new WorkerExitEvent();
    if (event.shouldCommit()) {
      place(event, worker);
      event.reason = reason;
      event.commit();
    }
  }

  public void workerCrashed(long call, Worker worker, long index, String reason, boolean retried) {
    WorkerCrashEvent event = new WorkerCrashEvent();
    if (event.shouldCommit()) {
      place(event, worker);
      event.call = call;
      event.index = index;
      event.reason = reason;
      event.retried = retried;
      event.commit();
    }
  }
}
