package io.github.poolmap.examples.logsearch;

import java.io.Serializable;
import java.util.List;

/**
 * What the search of a block gave.
 *
 * @param lines how many lines it had
 * @param bytes how many bytes
 * @param matches the lines that match
 */
record Findings(long lines, long bytes, List<Match> matches) implements Serializable {

  /**
   * A line that matches.
   *
   * @param line its number, from 1
   * @param text what it says
   */
  record Match(long line, String text) implements Serializable {}
}
