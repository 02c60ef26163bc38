package io.github.poolmap.internal.observe;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many items took how long, in buckets that begin at 1, 2 and 5 of each power of ten
 * nanoseconds. Safe for use by many threads.
 */
final class RunTimes {

  private static final int POWERS = 16;

  static final int BUCKETS = 3 * POWERS;

  private static final long[] STARTS = starts();

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  private static long[] starts() {
    long[] starts = new long[BUCKETS];
    long power = 1;
    for (int i = 0; i < BUCKETS; i += 3) {
      starts[i] = power;
      starts[i + 1] = 2 * power;
      starts[i + 2] = 5 * power;
      power *= 10;
    }
    // So that there is a bucket for what took no time at all.
    starts[0] = 0;
    return starts;
  }

  /** Returns the shortest time of a bucket, in nanoseconds. */
  static long startOf(int bucket) {
    return STARTS[bucket];
  }

  void add(long nanos, int items) {
    counts.addAndGet(bucketOf(nanos), items);
  }

  static int bucketOf(long nanos) {
    int low = 0;
    int high = BUCKETS - 1;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (STARTS[middle] <= nanos) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  long[] counts() {
    long[] copy = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      copy[i] = counts.get(i);
    }
    return copy;
  }
}
