package io.github.poolmap;

import java.time.Duration;
import java.util.Locale;

/** Durations and sizes as people read them, with three digits or so. */
final class Amounts {

  private static final String[] BYTES = {"B", "KB", "MB", "GB", "TB"};

  private Amounts() {}

  static String of(Duration duration) {
    long nanos = nanos(duration);
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return threeDigits(nanos / 1e3) + " us";
    }
    if (nanos < 1_000_000_000) {
      return threeDigits(nanos / 1e6) + " ms";
    }
    return threeDigits(nanos / 1e9) + " s";
  }

  /** Returns the nanoseconds of a duration; those of 292 years if it is longer. */
  static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Sums of these do not overflow: ten thousand workers are busy for 292 years in eleven days. */
  static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }

  static String ofBytes(long bytes) {
    double left = bytes;
    int unit = 0;
    while (left >= 1000 && unit < BYTES.length - 1) {
      left /= 1000;
      unit++;
    }
    return (unit == 0 ? String.valueOf(bytes) : threeDigits(left)) + " " + BYTES[unit];
  }

  static String of(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Returns a count and what is counted. */
  static String of(long count, String one, String many) {
    return of(count) + " " + (count == 1 ? one : many);
  }

  static String percent(double share) {
    return Math.round(share * 100) + " %";
  }

  static String threeDigits(double value) {
    String format = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%,.0f";
    return String.format(Locale.ROOT, format, value);
  }
}
