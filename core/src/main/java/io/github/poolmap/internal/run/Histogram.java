package io.github.poolmap.internal.run;

import io.github.poolmap.Distribution;
import java.time.Duration;
import java.util.Arrays;

/**
 * How often durations of each length were met.
 *
 * <p>Buckets are as wide as a 64th of what they hold, or less, so a duration is known to 0.8 % when
 * the middle of its bucket stands for it. Guarded by the lock of its meter.
 */
final class Histogram {

  /** Durations below this many nanoseconds have buckets of their own. */
  private static final int EXACT = 128;

  /** As many bits of a duration as tell in which bucket it is, but for the first. */
  private static final int BITS = 6;

  private static final long SECOND = 1_000_000_000;

  private long[] counts = new long[EXACT];

  /**
   * In two parts: ten million items that wait for half an hour wait for more nanoseconds than one
   * number holds. The second part is less than a second.
   */
  private long sumSeconds;

  private long sumNanos;
  private long max;

  /** Takes in so many durations that were all as long. */
  void add(long nanos, int times) {
    long length = Math.max(0, nanos);
    int bucket = bucket(length);
    if (bucket >= counts.length) {
      counts = Arrays.copyOf(counts, bucket + EXACT);
    }
    counts[bucket] += times;
    long nanosOfAll = sumNanos + length % SECOND * times;
    sumSeconds += length / SECOND * times + nanosOfAll / SECOND;
    sumNanos = nanosOfAll % SECOND;
    max = Math.max(max, length);
  }

  private static int bucket(long nanos) {
    int shift = Math.max(0, Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - BITS);
    return (shift << BITS) + (int) (nanos >>> shift);
  }

  /** Returns the middle of a bucket. */
  private static long middle(int bucket) {
    if (bucket < EXACT) {
      return bucket;
    }
    int shift = (bucket >> BITS) - 1;
    long first = (long) (bucket - (shift << BITS)) << shift;
    return first + (1L << shift >> 1);
  }

  /** Returns what was taken in until now. */
  Distribution distribution() {
    int filled = 0;
    for (long each : counts) {
      filled += each == 0 ? 0 : 1;
    }
    long[] nanos = new long[filled];
    long[] times = new long[filled];
    int next = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        nanos[next] = Math.min(middle(i), max);
        times[next++] = counts[i];
      }
    }
    return Distribution.of(
        nanos, times, Duration.ofSeconds(sumSeconds, sumNanos), Duration.ofNanos(max));
  }
}
