package io.github.poolmap.internal.run;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures how much of their time threads compute. Used by one thread at a time.
 *
 * <p>A thread that used less than half of a core since the last time, and is seen waiting, waits.
 * One that is runnable in Java code has been denied the core by others, which is no reason to add
 * more threads. Native code counts as waiting as long as it uses no core: that is how blocking
 * reads look.
 */
final class ThreadSampler {

  /**
   * What was seen.
   *
   * @param threads how many threads were measured
   * @param waiting how many of them wait
   * @param share how much of a core each used on average, 0 to 1
   */
  record Sample(int threads, int waiting, double share) {}

  private static final double MOSTLY = 0.5;

  /** The cores are in use if these threads take so much of them. */
  private static final double SATURATED = 0.8;

  /**
   * So long threads are asked where they are. One in native code is known at once; one that
   * computes has to be granted a core before it answers, and with many of them for few cores a
   * sample would take seconds.
   */
  private static final long ASKING_NANOS = 5_000_000;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final int cores;
  private Map<Long, Long> cpuBefore = new HashMap<>();
  private long nanosBefore = System.nanoTime();

  ThreadSampler(int cores) {
    this.cores = cores;
  }

  /** The next sample begins a new series. */
  void forget() {
    cpuBefore.clear();
    nanosBefore = System.nanoTime();
  }

  /**
   * Measures those of the threads that were busy the last time, too: what others have computed may
   * be long ago. Virtual ones cannot be measured.
   */
  Sample sample(List<Thread> busy) {
    long now = System.nanoTime();
    double elapsed = Math.max(1, now - nanosBefore);
    Map<Long, Long> cpuNow = new HashMap<>();
    Map<LaneThread, Double> shares = new HashMap<>();
    double sum = 0;
    for (Thread thread : busy) {
      long id = thread.getId();
      long cpu = thread instanceof LaneThread ? threads.getThreadCpuTime(id) : -1;
      if (!(thread instanceof LaneThread lane) || cpu < 0) {
        continue;
      }
      cpuNow.put(id, cpu);
      Long before = cpuBefore.get(id);
      if (before != null) {
        double share = Math.min(1, (cpu - before) / elapsed);
        shares.put(lane, share);
        sum += share;
      }
    }
    int measured = shares.size();
    int waiting = 0;
    boolean ask = sum < SATURATED * cores;
    for (Map.Entry<LaneThread, Double> each : shares.entrySet()) {
      if (each.getValue() < MOSTLY && isWaiting(each.getKey(), ask)) {
        waiting++;
      }
      ask &= System.nanoTime() - now < ASKING_NANOS;
    }
    cpuBefore = cpuNow;
    nanosBefore = now;
    return new Sample(measured, waiting, measured == 0 ? 0 : sum / measured);
  }

  private boolean isWaiting(LaneThread thread, boolean ask) {
    if (!thread.isInUserCode()) {
      // What it waits for is a lock of the pool: more threads would make that worse.
      return false;
    }
    if (thread.getState() != Thread.State.RUNNABLE) {
      return true;
    }
    ThreadInfo info = ask ? threads.getThreadInfo(thread.getId(), 1) : null;
    StackTraceElement[] top = info == null ? new StackTraceElement[0] : info.getStackTrace();
    return top.length > 0 && top[0].isNativeMethod();
  }
}
