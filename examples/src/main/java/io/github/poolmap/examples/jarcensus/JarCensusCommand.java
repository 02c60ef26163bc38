package io.github.poolmap.examples.jarcensus;

import io.github.poolmap.Pool;
import io.github.poolmap.PoolKind;
import io.github.poolmap.Pools;
import io.github.poolmap.examples.HelpOption;
import io.github.poolmap.examples.IntRange;
import io.github.poolmap.examples.TimeDelta;
import io.github.poolmap.examples.Timed;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of the census. */
@Command(
    name = "jar-census",
    sortOptions = false,
    description = {
      "Counts classes, resources and bytes of all jars below a folder, one task for each jar.",
      "The summary is the same on every kind of pool; the time goes to standard error.",
      "Exit status: 0, also if some jars are unreadable, or 2 if the folder is."
    })
public final class JarCensusCommand extends HelpOption implements Callable<Integer> {

  private static final int WRONG_FOLDER = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      description =
          "The folder (default: the system property maven.repo.local, else ~/.m2/repository).")
  private @Nullable Path dir;

  @Option(
      names = "--pool",
      paramLabel = "serial|threads|processes",
      description = "The kind of pool (default: threads).")
  private PoolKind pool = PoolKind.THREADS;

  @Option(
      names = "--workers",
      converter = IntRange.Workers.class,
      description = "Workers of the pool, 1 to 1024 (default: all cores).")
  private @Nullable Integer workers;

  @Override
  public Integer call() throws Exception {
    Path folder = dir == null ? MavenRepository.path() : dir;
    if (!Files.isDirectory(folder)) {
      return refuse(folder, whyNoFolder(folder));
    }
    JarFinder.Found found;
    try {
      found = JarFinder.below(folder);
    } catch (FileSystemLoopException loop) {
      return refuse(folder, "the link " + loop.getFile() + " leads back to a folder that holds it");
    } catch (IOException unreadable) {
      return refuse(folder, Reason.of(unreadable));
    }
    print(folder, found);
    return 0;
  }

  private void print(Path folder, JarFinder.Found found) throws Exception {
    JarCounter counter = new JarCounter(folder.toAbsolutePath().toString());
    int size = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    try (Pools pools = Pools.builder().workers(size).build()) {
      Pool<String, Finding> counters = pools.pool(pool);
      Timed<List<Finding>> counted = Timed.time(() -> counters.map(counter, found.jars()));
      List<Finding> findings = new ArrayList<>(found.unreadable());
      findings.addAll(counted.value());
      PrintWriter out = spec.commandLine().getOut();
      new Summary(findings).lines().forEach(out::println);
      out.flush();
      spec.commandLine()
          .getErr()
          .printf(
              "pool %s, workers %d, time %s%n",
              pool.name().toLowerCase(Locale.ROOT),
              counters.workers(),
              TimeDelta.format(counted.duration()));
    }
  }

  private static String whyNoFolder(Path path) {
    if (Files.exists(path)) {
      return "it is not a folder";
    }
    return Files.isSymbolicLink(path)
        ? "it is a link that leads nowhere or to itself"
        : "it does not exist";
  }

  private int refuse(Path folder, String why) {
    spec.commandLine().getErr().println("jar-census cannot count below " + folder + ": " + why);
    return WRONG_FOLDER;
  }
}
