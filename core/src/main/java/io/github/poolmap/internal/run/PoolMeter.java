package io.github.poolmap.internal.run;

import io.github.poolmap.Distribution;
import io.github.poolmap.PoolStats;
import io.github.poolmap.internal.run.LaneClock.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Measures what the workers of one engine do, slot by slot. Safe for use by many threads.
 *
 * <p>The lock is taken once a chunk, for a moment.
 */
final class PoolMeter {

  /** What is known of one item: {@link ChunkTrail} says it of each, or of all together. */
  @FunctionalInterface
  interface Report {

    void addTo(PoolMeter meter);
  }

  private final CallClock calls = new CallClock();
  private final ReentrantLock lock = new BriefLock();

  // Guarded by the lock.
  private final TreeMap<Integer, Slot> slots = new TreeMap<>();
  private final Histogram run = new Histogram();
  private final Histogram wait = new Histogram();
  private final SlowItems slowest = new SlowItems();

  /** One worker after the other. Guarded by the lock. */
  private static final class Slot {
    String worker = "";
    long starts;
    long tasks;
    long crashes;
    long retries;
    long bytesSent;
    long bytesReceived;
    Times ended = Times.NONE;

    /** Those of lanes that have not ended: one, but for a pool whose callers are the workers. */
    final List<LaneClock> clocks = new ArrayList<>(1);

    boolean isLive() {
      return clocks.stream().anyMatch(LaneClock::isOn);
    }

    Times times() {
      Times sum = ended;
      for (LaneClock each : clocks) {
        sum = sum.plus(each.times());
      }
      return sum;
    }
  }

  /** What was measured until now. */
  record Figures(
      List<PoolStats.Slot> slots,
      Duration callTime,
      Distribution runTimes,
      Distribution waitTimes,
      List<PoolStats.SlowItem> slowest) {}

  /** Returns the clock that tells for how long there were calls. */
  CallClock calls() {
    return calls;
  }

  private Slot slot(int index) {
    return slots.computeIfAbsent(index, none -> new Slot());
  }

  // ---- lanes

  /** Makes the clock of a lane. */
  LaneClock attach(int index) {
    LaneClock clock = new LaneClock(calls);
    lock.lock();
    try {
      slot(index).clocks.add(clock);
    } finally {
      lock.unlock();
    }
    return clock;
  }

  /** The lane has ended, or its thread has been given up: what it does from now on is not seen. */
  void detach(int index, LaneClock clock) {
    lock.lock();
    try {
      Slot slot = slot(index);
      if (slot.clocks.remove(clock)) {
        slot.ended = slot.ended.plus(clock.times());
      }
    } finally {
      lock.unlock();
    }
  }

  /** A worker has been started. */
  void started(int index, String worker) {
    lock.lock();
    try {
      Slot slot = slot(index);
      slot.starts++;
      slot.worker = worker;
    } finally {
      lock.unlock();
    }
  }

  /** The start of a worker that has no lane has taken so long. */
  void startTook(int index, long nanos) {
    lock.lock();
    try {
      Slot slot = slot(index);
      slot.ended = slot.ended.plus(new Times(nanos, 0, 0, 0, 0));
    } finally {
      lock.unlock();
    }
  }

  // ---- chunks and items

  /** A worker has been at a chunk. */
  void ran(int index, int executed, long sent, long received, Report report) {
    Runnable describing;
    lock.lock();
    try {
      Slot slot = slot(index);
      slot.tasks += executed;
      slot.bytesSent += sent;
      slot.bytesReceived += received;
      report.addTo(this);
      describing = slowest.takeUndescribed();
    } finally {
      lock.unlock();
    }
    if (describing != null) {
      Errands.run(describing);
    }
  }

  /** So many items took so long each. For a {@link Report}. */
  void took(long nanos, int items) {
    run.add(nanos, items);
  }

  /** So many items waited so long each. For a {@link Report}. */
  void waited(long nanos, int items) {
    wait.add(nanos, items);
  }

  /** Tells whether an item that took so long is one of the slowest. For a {@link Report}. */
  boolean isSlow(long nanos) {
    return slowest.wants(nanos);
  }

  /** An item is one of the slowest. For a {@link Report}. */
  void slow(long call, long index, long nanos, String worker, @Nullable Object input) {
    slowest.add(call, index, nanos, worker, input);
  }

  /** An attempt has failed. */
  void failed(int index, boolean crash, boolean again) {
    if (index == Chunk.NESTED || (!crash && !again)) {
      return;
    }
    lock.lock();
    try {
      Slot slot = slot(index);
      slot.crashes += crash ? 1 : 0;
      slot.retries += again ? 1 : 0;
    } finally {
      lock.unlock();
    }
  }

  // ---- what there is to see

  /**
   * Looks at all of it.
   *
   * @param withSlowest whether the slowest items are wanted, which runs user code
   */
  Figures figures(boolean withSlowest) {
    List<PoolStats.Slot> all = new ArrayList<>();
    List<Object> slow;
    Distribution runTimes;
    Distribution waitTimes;
    lock.lock();
    try {
      slots.forEach(
          (index, slot) -> {
            if (slot.starts > 0 || slot.tasks > 0 || slot.isLive()) {
              all.add(stats(index, slot));
            }
          });
      runTimes = run.distribution();
      waitTimes = wait.distribution();
      slow = withSlowest ? slowest.snapshot() : List.of();
    } finally {
      lock.unlock();
    }
    return new Figures(
        List.copyOf(all),
        Duration.ofNanos(calls.at(System.nanoTime())),
        runTimes,
        waitTimes,
        SlowItems.describe(slow));
  }

  private static PoolStats.Slot stats(int index, Slot slot) {
    Times times = slot.times();
    return new PoolStats.Slot(
        index,
        slot.worker,
        slot.isLive(),
        slot.starts,
        slot.tasks,
        Duration.ofNanos(times.startUp()),
        Duration.ofNanos(times.busy()),
        Duration.ofNanos(times.handOver()),
        Duration.ofNanos(times.idle()),
        Duration.ofNanos(times.idleInCalls()),
        slot.bytesSent,
        slot.bytesReceived,
        slot.crashes,
        slot.retries);
  }
}
