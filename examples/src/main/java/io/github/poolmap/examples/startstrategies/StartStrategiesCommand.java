package io.github.poolmap.examples.startstrategies;

import io.github.poolmap.Pools;
import io.github.poolmap.examples.Checks;
import io.github.poolmap.examples.ExampleCommand;
import io.github.poolmap.examples.IntRange;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the starts. */
@Command(
    name = "start-strategies",
    sortOptions = false,
    description = {
      "Times process pools from their first line to their first result, by how they come by their"
          + " worker.",
      "Exit status: 0, or 1 if a worker was not come by as it was meant to, or 2 for wrong options."
    })
public final class StartStrategiesCommand extends ExampleCommand {

  @Option(
      names = "--rounds",
      converter = RoundRange.class,
      description = "Rounds of each way, 1 to 1000 (default: 9).")
  private int rounds = 9;

  @Option(
      names = "--pause-millis",
      converter = PauseRange.class,
      description =
          "The time between two rounds, in which a spare boots, 0 to 60000 ms (default: 400).")
  private int pauseMillis = 400;

  @Option(
      names = "--without-archive",
      description = "Make and use no archive of classes: nothing but the first way goes without.")
  private boolean withoutArchive;

  @Override
  public Integer call() throws Exception {
    if (!withoutArchive && !Files.isRegularFile(library())) {
      throw wrong(
          "an archive of classes needs the library as a jar, but it is "
              + library()
              + ": run the examples' jar, or use --without-archive");
    }
    Checks checks = new Checks(out());
    new Starts(rounds, pauseMillis, !withoutArchive, out()).run(checks);
    out().flush();
    return checks.status();
  }

  private static Path library() throws URISyntaxException {
    return Path.of(Pools.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** What {@code --rounds} takes. */
  static final class RoundRange extends IntRange {

    RoundRange() {
      super(1, 1_000);
    }
  }

  /** What {@code --pause-millis} takes. */
  static final class PauseRange extends IntRange {

    PauseRange() {
      super(0, 60_000);
    }
  }
}
