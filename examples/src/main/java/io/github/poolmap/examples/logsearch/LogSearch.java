package io.github.poolmap.examples.logsearch;

import io.github.poolmap.Pool;
import io.github.poolmap.examples.Checks;
import io.github.poolmap.examples.Numbers;
import io.github.poolmap.examples.TextTable;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Searches a log on a pool, reading results as they come in the order of the log, and tells what it
 * found, how fast, and in how much memory.
 */
final class LogSearch {

  /** Blocks that may be under way or waiting to be taken: 4 MiB. */
  private static final int MAX_IN_FLIGHT = 64;

  private static final int SHOWN = 3;
  private static final int POINTS = 5;

  /** So much of the log is searched serially as well. */
  private static final long CHECKED_BLOCKS = 256;

  /** What code, its profiles and blocks in flight may add between two points. */
  private static final long GROWTH_ALLOWED = 32 * Numbers.MIB;

  private final Pattern pattern;
  private final long size;
  private final long limit;
  private final PrintWriter out;

  private final TextTable points =
      new TextTable().row(List.of("searched", "lines", "matches", "throughput", "heap after GC"));
  private final List<Long> heaps = new ArrayList<>();
  private final List<Findings.Match> shown = new ArrayList<>();

  /** The matches in the blocks that are searched serially as well. */
  private final List<Long> checked = new ArrayList<>();

  private long blocks;
  private long lines;
  private long bytes;
  private long matches;
  private long nanos;

  /**
   * Prepares a search.
   *
   * @param pattern what a line has to have in it
   * @param size of the log in bytes
   * @param limit after so many matches it stops
   * @param out where it tells
   */
  LogSearch(Pattern pattern, long size, long limit, PrintWriter out) {
    this.pattern = pattern;
    this.size = size;
    this.limit = limit;
    this.out = out;
  }

  void run(Pool<Block, Findings> pool, Checks checks) {
    GeneratedLog log = new GeneratedLog(size);
    Pool<Block, Findings> bounded =
        pool.with(o -> o.maxInFlight(MAX_IN_FLIGHT).progress("searching blocks"));
    // Closing the stream stops what is under way.
    try (Stream<Findings> stream = bounded.imap(new Search(pattern), log)) {
      Iterator<Findings> results = stream.iterator();
      for (int point = 1; point <= POINTS && matches < limit; point++) {
        readUpTo(size * point / POINTS, results);
        measure();
      }
    }
    tell();
    check(checks, log);
  }

  private void readUpTo(long end, Iterator<Findings> results) {
    long start = System.nanoTime();
    while (bytes < end && matches < limit && results.hasNext()) {
      Findings findings = results.next();
      blocks++;
      bytes += findings.bytes();
      lines += findings.lines();
      for (Findings.Match match : findings.matches()) {
        if (matches == limit) {
          break;
        }
        matches++;
        if (shown.size() < SHOWN) {
          shown.add(match);
        }
        if (blocks <= CHECKED_BLOCKS) {
          checked.add(match.line());
        }
      }
    }
    nanos += System.nanoTime() - start;
  }

  private void measure() {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    heaps.add(heap);
    points.row(
        List.of(
            Numbers.mebibytes(bytes),
            Numbers.grouped(lines),
            Numbers.grouped(matches),
            String.format(Locale.ROOT, "%,.0f MiB/s", bytes / (nanos / 1e9) / Numbers.MIB),
            Numbers.mebibytes(heap)));
  }

  private void tell() {
    out.println();
    points.lines().forEach(out::println);
    out.println();
    for (Findings.Match match : shown) {
      out.println("line " + Numbers.grouped(match.line()) + ": " + match.text());
    }
    if (matches > shown.size()) {
      out.println("... and " + Numbers.grouped(matches - shown.size()) + " more");
    }
    if (matches == limit) {
      out.println("Stopped at the limit of " + Numbers.grouped(limit) + ".");
    }
    out.println();
  }

  private void check(Checks checks, GeneratedLog log) {
    checks.check(
        checked.equals(searchSerially()),
        "a serial search of the first "
            + Numbers.grouped(Math.min(blocks, CHECKED_BLOCKS))
            + " blocks finds the same lines, "
            + Numbers.grouped(checked.size())
            + " of them");
    if (pattern.pattern().equals(GeneratedLog.PATTERN)) {
      long planted = Math.min(limit, GeneratedLog.plantedAmong(lines));
      checks.check(
          matches == planted,
          Numbers.grouped(matches) + " of " + Numbers.grouped(planted) + " planted lines found");
    }
    if (matches < limit) {
      checks.check(
          lines == log.linesRead(),
          "all of the " + Numbers.grouped(log.linesRead()) + " lines have been searched");
    }
    long ahead = log.blocksRead() - blocks;
    checks.check(
        ahead <= MAX_IN_FLIGHT,
        Numbers.grouped(ahead)
            + " blocks were read ahead of the results in the end, "
            + MAX_IN_FLIGHT
            + " are allowed");
    if (heaps.size() > 1) {
      long growth = heaps.get(heaps.size() - 1) - heaps.get(0);
      checks.check(
          growth <= GROWTH_ALLOWED,
          "the heap has "
              + (growth > 0 ? "grown by " : "shrunk by ")
              + Numbers.mebibytes(Math.abs(growth))
              + " from the first point to the last, it may grow by "
              + Numbers.mebibytes(GROWTH_ALLOWED));
    }
  }

  private List<Long> searchSerially() {
    Search search = new Search(pattern);
    Iterator<Block> log = new GeneratedLog(size).iterator();
    List<Long> found = new ArrayList<>();
    for (long block = 0; block < Math.min(blocks, CHECKED_BLOCKS); block++) {
      search.map(log.next()).matches().forEach(match -> found.add(match.line()));
    }
    return found.subList(0, (int) Math.min(found.size(), limit));
  }
}
