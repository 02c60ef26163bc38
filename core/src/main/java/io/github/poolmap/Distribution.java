package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Arrays;

/**
 * How durations are distributed, as it was at one moment. Count, mean and maximum are exact,
 * percentiles to within 1 %. Immutable.
 */
public final class Distribution {

  private static final Distribution NONE =
      of(new long[0], new long[0], Duration.ZERO, Duration.ZERO);

  private final long[] nanos;

  /** How many durations are as long as that in the same place of nanos, or shorter. */
  private final long[] upTo;

  private final Duration total;
  private final Duration max;

  private Distribution(long[] nanos, long[] upTo, Duration total, Duration max) {
    this.nanos = nanos;
    this.upTo = upTo;
    this.total = total;
    this.max = max;
  }

  /**
   * Makes a distribution. Pools do; a program has use for it in its tests.
   *
   * @param nanos durations in nanoseconds, ascending
   * @param counts how often each of them was met, in the same order
   * @param total the sum of all durations
   * @param max the longest one
   * @return the distribution
   * @throws IllegalArgumentException if the arrays do not fit together
   */
  public static Distribution of(long[] nanos, long[] counts, Duration total, Duration max) {
    requireNonNull(total, "total");
    requireNonNull(max, "max");
    if (nanos.length != counts.length) {
      throw new IllegalArgumentException(
          "there are " + nanos.length + " durations, and " + counts.length + " counts");
    }
    long[] upTo = counts.clone();
    for (int i = 0; i < upTo.length; i++) {
      if (counts[i] < 0 || (i > 0 && nanos[i] <= nanos[i - 1])) {
        throw new IllegalArgumentException(
            "the durations have to ascend, and the counts must not be negative");
      }
      upTo[i] += i == 0 ? 0 : upTo[i - 1];
    }
    return new Distribution(nanos.clone(), upTo, total, max);
  }

  /**
   * Returns the distribution of no durations at all.
   *
   * @return the distribution
   */
  public static Distribution none() {
    return NONE;
  }

  /**
   * Returns how many durations there are.
   *
   * @return the number
   */
  public long count() {
    return upTo.length == 0 ? 0 : upTo[upTo.length - 1];
  }

  /**
   * Returns the sum of all durations.
   *
   * @return the sum
   */
  public Duration total() {
    return total;
  }

  /**
   * Returns the mean.
   *
   * @return the mean; zero if there are none
   */
  public Duration mean() {
    return count() == 0 ? Duration.ZERO : total.dividedBy(count());
  }

  /**
   * Returns the median: half of the durations are not longer.
   *
   * @return the median; zero if there are none
   */
  public Duration p50() {
    return percentile(50);
  }

  /**
   * Returns what nine of ten durations do not exceed.
   *
   * @return that duration; zero if there are none
   */
  public Duration p90() {
    return percentile(90);
  }

  /**
   * Returns what 99 of 100 durations do not exceed.
   *
   * @return that duration; zero if there are none
   */
  public Duration p99() {
    return percentile(99);
  }

  /**
   * Returns the longest duration.
   *
   * @return the longest one; zero if there are none
   */
  public Duration max() {
    return max;
  }

  /**
   * Returns what so many percent of the durations do not exceed.
   *
   * @param percent 0 to 100
   * @return that duration, to within 1 %; zero if there are none
   * @throws IllegalArgumentException if it is out of range
   */
  public Duration percentile(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException(
          "percent = " + percent + " is out of range: allowed are 0 to 100");
    }
    if (count() == 0) {
      return Duration.ZERO;
    }
    if (percent == 100) {
      return max;
    }
    // In this order: 7 % of 100 would be a little more than 7 in the other one.
    long rank = Math.max(1, (long) Math.ceil(percent * count() / 100));
    int at = Arrays.binarySearch(upTo, rank);
    int first = at < 0 ? -at - 1 : at;
    while (first > 0 && upTo[first - 1] == rank) {
      first--;
    }
    return Duration.ofNanos(nanos[first]);
  }

  @Override
  public String toString() {
    return count() == 0
        ? "none"
        : count()
            + ": mean "
            + Amounts.of(mean())
            + ", p50 "
            + Amounts.of(p50())
            + ", p90 "
            + Amounts.of(p90())
            + ", p99 "
            + Amounts.of(p99())
            + ", max "
            + Amounts.of(max);
  }
}
