package io.github.poolmap.benchmarks.workloads;

import java.io.Serializable;
import java.nio.DoubleBuffer;
import java.util.List;

/** What items do. */
public final class Tasks {

  private static final long NANOS_PER_MICRO = 1_000;
  private static final int DOUBLES_PER_CACHE_LINE = 8;

  private Tasks() {}

  /** Hardly anything. */
  public static int increment(int x) {
    return x + 1;
  }

  /** Nothing. */
  static <T> T same(T x) {
    return x;
  }

  /** Keeps a core busy for so long by the clock. */
  static int compute(int micros) {
    return computeNanos(micros * NANOS_PER_MICRO, micros);
  }

  /** Keeps a core busy for so many nanoseconds by the clock. */
  static int computeNanos(int nanos) {
    return computeNanos(nanos, nanos);
  }

  private static int computeNanos(long nanos, int result) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      // Reading the clock is the work.
    }
    return result;
  }

  /** Sleeps. */
  static int sleep(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }

  /** Sleeps, for those that want a function. */
  static int sleepUnchecked(int millis) {
    try {
      return sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Sums up n terms. */
  static double cpuCostly(int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.log(i + 1) + Math.pow(i, 1.1);
    }
    return sum;
  }

  /** Writes to an array and gives it back. */
  static double[] touch(double[] array) {
    array[0]++;
    return array;
  }

  /** Reads one number of every cache line. */
  static double readThrough(double[] array) {
    double sum = 0;
    for (int i = 0; i < array.length; i += DOUBLES_PER_CACHE_LINE) {
      sum += array[i];
    }
    return sum;
  }

  /** Reads one number of every cache line. */
  static double readThrough(DoubleBuffer buffer) {
    double sum = 0;
    for (int i = 0; i < buffer.limit(); i += DOUBLES_PER_CACHE_LINE) {
      sum += buffer.get(i);
    }
    return sum;
  }

  /**
   * A record as programs have them.
   *
   * @param number an int
   * @param customer a text
   * @param amount a double
   * @param tags some texts
   */
  record Order(int number, String customer, double amount, List<String> tags)
      implements Serializable {}
}
