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

  /** Measures those of the threads that were there the last time, too. Virtual ones cannot be. */
  Sample sample(List<Thread> busy) {
    long now = System.nanoTime();
    double elapsed = Math.max(1, now - nanosBefore);
    Map<Long, Long> cpuNow = new HashMap<>();
    Map<Long, Double> shares = new HashMap<>();
    double sum = 0;
    for (Thread thread : busy) {
      long id = thread.getId();
      long cpu = thread instanceof LaneThread ? threads.getThreadCpuTime(id) : -1;
      if (cpu >= 0) {
        cpuNow.put(id, cpu);
        // A thread that is new was started after the last sample.
        double share = Math.min(1, (cpu - cpuBefore.getOrDefault(id, 0L)) / elapsed);
        shares.put(id, share);
        sum += share;
      }
    }
    boolean saturated = sum >= SATURATED * cores;
    int measured = shares.size();
    int waiting = 0;
    for (Map.Entry<Long, Double> each : shares.entrySet()) {
      if (each.getValue() < MOSTLY && isWaiting(each.getKey(), saturated)) {
        waiting++;
      }
    }
    cpuBefore = cpuNow;
    nanosBefore = now;
    return new Sample(measured, waiting, measured == 0 ? 0 : sum / measured);
  }

  private boolean isWaiting(long id, boolean saturated) {
    ThreadInfo info = threads.getThreadInfo(id, 1);
    if (info == null) {
      return false;
    }
    StackTraceElement[] top = info.getStackTrace();
    return info.getThreadState() != Thread.State.RUNNABLE
        || (!saturated && top.length > 0 && top[0].isNativeMethod());
  }
}
