package io.github.poolmap.examples.startstrategies;

import io.github.poolmap.examples.Checks;
import io.github.poolmap.examples.Machine;
import io.github.poolmap.examples.Median;
import io.github.poolmap.examples.Numbers;
import io.github.poolmap.examples.TemporaryFolder;
import io.github.poolmap.examples.TextBars;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Has all ways measured, draws them, and tells whether the workers were what they should be.
 *
 * @param rounds how many count
 * @param pauseMillis the time between two
 * @param archive whether there is to be an archive of classes
 * @param out where it is told
 */
record Starts(int rounds, int pauseMillis, boolean archive, PrintWriter out) {

  private static final String NO_ARCHIVE = "off";

  void run(Checks checks) throws IOException, InterruptedException {
    out.println(Machine.here().line());
    out.printf(
        Locale.ROOT,
        "Measured: from the line that makes a pool of one worker to its first result; medians of"
            + " %,d rounds, after one that does not count; each way in a program of its own.%n",
        rounds);
    Map<Contender, List<Round>> measured = new EnumMap<>(Contender.class);
    try (TemporaryFolder folder = new TemporaryFolder("start-strategies")) {
      ProbeRun bare = new ProbeRun(NO_ARCHIVE);
      // Two folders that the library makes itself, with the permissions that it wants.
      ProbeRun archived =
          archive
              ? new ProbeRun(folder.path().resolve("cache").resolve("poolmap").toString())
              : bare;
      if (archive) {
        archived.makeArchive();
        out.println("An archive of the workers' classes has been made.");
      }
      for (Contender contender : Contender.values()) {
        if (contender == Contender.SPAWN && !archive) {
          // It would be the way before it once more.
          continue;
        }
        ProbeRun program = contender.usesArchive() ? archived : bare;
        measured.put(contender, program.measure(contender, rounds + 1, pauseMillis));
      }
    }
    draw(measured);
    measured.forEach((contender, all) -> check(checks, contender, all));
  }

  private void draw(Map<Contender, List<Round>> measured) {
    TextBars bars = new TextBars();
    measured.forEach(
        (contender, all) -> {
          List<Double> nanos =
              all.stream().skip(1).map(round -> (double) round.nanos()).sorted().toList();
          double median = Median.of(nanos);
          bars.bar(
              contender.label(),
              median,
              Numbers.millis(median)
                  + "  ("
                  + Numbers.millis(nanos.get(0))
                  + " to "
                  + Numbers.millis(nanos.get(nanos.size() - 1))
                  + ")");
        });
    out.println();
    bars.lines().forEach(out::println);
    out.println();
  }

  private void check(Checks checks, Contender contender, List<Round> all) {
    String way = contender.label() + ": ";
    checks.check(all.size() == rounds + 1, way + "all rounds have been measured");
    long workers = all.stream().map(Round::pid).distinct().count();
    boolean one = contender == Contender.REUSE;
    checks.check(
        workers == (one ? 1 : all.size()),
        way + (one ? "one worker served all pools" : "each pool had a worker of its own"));
    boolean expected = archive && contender.usesArchive();
    checks.check(
        all.stream().allMatch(round -> round.archived() == expected),
        way + "booted " + (expected ? "from the archive" : "without an archive"));
  }
}
