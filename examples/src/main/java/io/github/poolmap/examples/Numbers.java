package io.github.poolmap.examples;

import java.util.Locale;

/** Writes numbers for people. */
public final class Numbers {

  /** How many bytes a MiB has. */
  public static final long MIB = 1 << 20;

  private Numbers() {}

  /**
   * Writes a whole number.
   *
   * @param number the number
   * @return it, with commas between the thousands
   */
  public static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /**
   * Writes an amount of memory.
   *
   * @param bytes how much
   * @return it in MiB
   */
  public static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", (double) bytes / MIB);
  }

  /**
   * Writes a duration.
   *
   * @param nanos how long
   * @return it in milliseconds
   */
  public static String millis(double nanos) {
    return String.format(Locale.ROOT, "%,.1f ms", nanos / 1e6);
  }
}
