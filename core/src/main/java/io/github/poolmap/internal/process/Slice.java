package io.github.poolmap.internal.process;

import java.util.List;
import java.util.Locale;

/**
 * What a worker may take of the machine, by its options, of which the last of a kind wins.
 *
 * @param heapBytes the largest heap, {@link Memory#UNKNOWN} if nobody can tell
 * @param heapIsShare whether that is a share of the memory, rather than a size
 * @param cores how many it believes to have
 * @param collector how its garbage collector is called
 */
record Slice(long heapBytes, boolean heapIsShare, int cores, String collector) {

  /** With less than this and one core a JVM chooses the serial collector. */
  private static final long SERVER_MEMORY = 1792L << 20;

  private static final String CORES = "-XX:ActiveProcessorCount=";
  private static final String SHARE = "-XX:MaxRAMPercentage=";
  private static final String COLLECTOR = "-XX:+Use";

  /**
   * Reads options.
   *
   * @param memory how much there is
   * @param cores how many there are
   */
  static Slice of(List<String> options, long memory, int cores) {
    long size = 0;
    double percentage = 25;
    int ofWorker = cores;
    String collector = "";
    for (String option : options) {
      if (option.startsWith("-Xmx")) {
        size = bytes(option.substring(4), size);
      } else if (option.startsWith("-XX:MaxHeapSize=")) {
        size = bytes(option.substring("-XX:MaxHeapSize=".length()), size);
      } else if (option.startsWith(SHARE)) {
        percentage = number(option.substring(SHARE.length()), percentage);
      } else if (option.startsWith(CORES)) {
        ofWorker = (int) number(option.substring(CORES.length()), ofWorker);
      } else if (option.startsWith(COLLECTOR) && option.endsWith("GC")) {
        collector = option.substring(COLLECTOR.length(), option.length() - 2);
      }
    }
    if (collector.isEmpty()) {
      collector = ofWorker < 2 || memory < SERVER_MEMORY ? "Serial" : "G1";
    }
    // A size wins over a share, wherever it stands.
    long share = memory == Memory.UNKNOWN ? memory : (long) (memory * (percentage / 100));
    return new Slice(size > 0 ? size : share, size <= 0, ofWorker, collector);
  }

  /** A size as the JVM reads it; one that it will refuse counts as none. */
  private static long bytes(String text, long otherwise) {
    if (text.isEmpty()) {
      return otherwise;
    }
    int shift =
        switch (text.toLowerCase(Locale.ROOT).charAt(text.length() - 1)) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          case 't' -> 40;
          default -> 0;
        };
    double units = number(shift == 0 ? text : text.substring(0, text.length() - 1), -1);
    return units < 0 ? otherwise : (long) (units * (1L << shift));
  }

  private static double number(String text, double otherwise) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** Says it for the log. */
  String describe(long memory) {
    String heap =
        heapBytes == Memory.UNKNOWN
            ? "a share of a memory of unknown size as its heap"
            : "a heap of at most " + mebibytes(heapBytes);
    String share =
        heapIsShare && memory != Memory.UNKNOWN ? ", a share of " + mebibytes(memory) : "";
    String ofCores = cores == 1 ? "1 core" : cores + " cores";
    return heap + share + ", " + ofCores + " and the " + collector + " collector";
  }

  /** Without a formatter, whose first use takes a program some 10 ms. */
  static String mebibytes(long bytes) {
    StringBuilder text = new StringBuilder().append(bytes >> 20);
    for (int comma = text.length() - 3; comma > 0; comma -= 3) {
      text.insert(comma, ',');
    }
    return text.append(" MiB").toString();
  }
}
