package io.github.poolmap.benchmarks.measure;

import java.util.Locale;

/** What a figure means, and how it is written. In all of them less is better. */
public enum Unit {

  /** Seconds. */
  TIME {
    @Override
    public String format(double seconds) {
      if (seconds < 1e-6) {
        return digits(seconds * 1e9) + " ns";
      }
      if (seconds < 1e-3) {
        return digits(seconds * 1e6) + " us";
      }
      return seconds < 1 ? digits(seconds * 1e3) + " ms" : digits(seconds) + " s";
    }
  },

  /** Seconds for each byte, shown as gigabytes in a second. */
  RATE {
    @Override
    public String format(double secondsPerByte) {
      return digits(1e-9 / secondsPerByte) + " GB/s";
    }
  },

  /** Bytes. */
  MEMORY {
    @Override
    public String format(double bytes) {
      return digits(bytes / (1 << 20)) + " MiB";
    }
  };

  /** Writes a figure with about three digits. */
  public abstract String format(double figure);

  private static String digits(double number) {
    double size = Math.abs(number);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%,." + decimals + "f", number);
  }
}
