package io.github.poolmap.internal.run;

import io.github.poolmap.PoolKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The threads that have called a serial pool, each of them a worker of it. */
final class CallerScopes implements CallerStage.Scopes {

  private final String poolName;
  private final WorkerScope.Factory factory;
  private final PoolMeter meter;

  // Guarded by this. Threads that are no more leave it when a new one comes.
  private final Map<Thread, WorkerScope> scopes = new HashMap<>();
  private int calls;
  private boolean shutdown;

  CallerScopes(String poolName, WorkerScope.Factory factory, PoolMeter meter) {
    this.meter = meter;
    this.poolName = poolName;
    this.factory = factory;
  }

  @Override
  public WorkerScope current() {
    Thread thread = Thread.currentThread();
    synchronized (this) {
      WorkerScope known = scopes.get(thread);
      if (known != null) {
        return known;
      }
    }
    closeThoseOfEndedThreads();
    long start = System.nanoTime();
    WorkerScope opened = factory.open(PoolKind.SERIAL, 0);
    try {
      InlineExecutor.initialize(opened, poolName);
    } finally {
      meter.startTook(0, System.nanoTime() - start);
    }
    meter.started(0, InlineExecutor.callersName());
    synchronized (this) {
      scopes.put(thread, opened);
    }
    return opened;
  }

  private void closeThoseOfEndedThreads() {
    List<WorkerScope> closing = new ArrayList<>();
    synchronized (this) {
      scopes
          .entrySet()
          .removeIf(entry -> !entry.getKey().isAlive() && closing.add(entry.getValue()));
    }
    closing.forEach(WorkerScope::close);
  }

  /** Returns how many of the threads there are still. */
  synchronized int size() {
    return (int) scopes.keySet().stream().filter(Thread::isAlive).count();
  }

  @Override
  public synchronized void callBegins() {
    calls++;
  }

  @Override
  public void callEnds() {
    synchronized (this) {
      calls--;
    }
    closeIfOver();
  }

  /** Closes what tasks have kept once no call is under way. */
  void shutdown() {
    synchronized (this) {
      shutdown = true;
    }
    closeIfOver();
  }

  private void closeIfOver() {
    synchronized (this) {
      if (!shutdown || calls > 0) {
        return;
      }
    }
    close();
  }

  /** Closes what tasks have kept. Runs user code. */
  void close() {
    List<WorkerScope> closing;
    synchronized (this) {
      closing = new ArrayList<>(scopes.values());
      scopes.clear();
    }
    closing.forEach(WorkerScope::close);
  }
}
