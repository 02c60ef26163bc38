package io.github.poolmap.examples.startstrategies;

/**
 * One pool from its first line to its first result, as a line of text between two programs.
 *
 * @param nanos how long it took
 * @param pid the worker
 * @param archived whether that was booted from an archive of classes
 */
record Round(long nanos, long pid, boolean archived) {

  private static final String MARK = "round";

  static boolean isLine(String line) {
    return line.startsWith(MARK + " ");
  }

  static Round of(String line) {
    String[] words = line.split(" ", -1);
    return new Round(
        Long.parseLong(words[1]), Long.parseLong(words[2]), Boolean.parseBoolean(words[3]));
  }

  String line() {
    return String.join(
        " ", MARK, Long.toString(nanos), Long.toString(pid), Boolean.toString(archived));
  }
}
