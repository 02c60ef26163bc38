package io.github.poolmap.examples.jarcensus;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.examples.ExampleCommand;
import io.github.poolmap.examples.PoolOption;
import io.github.poolmap.examples.TimeDelta;
import io.github.poolmap.examples.Timed;
import io.github.poolmap.examples.WorkersOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the census. */
@Command(
    name = "jar-census",
    sortOptions = false,
    description = {
      "Counts classes, resources and bytes of all jars below a folder, one task for each jar.",
      "The summary is the same on every kind of pool; the time goes to standard error, and how far",
      "it has come, too, if that is a terminal.",
      "Exit status: 0, also if some jars are unreadable, or 2 if the folder is."
    })
public final class JarCensusCommand extends ExampleCommand {

  private static final int WRONG_FOLDER = 2;

  @Option(
      names = "--dir",
      description =
          "The folder (default: the system property maven.repo.local, else ~/.m2/repository).")
  private @Nullable Path dir;

  @Mixin private PoolOption pool;

  @Mixin private WorkersOption workers;

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
    try (Pools pools = Pools.builder().workers(workers.count()).build()) {
      Pool<String, Finding> counters =
          pools.<String, Finding>pool(pool.kind()).with(o -> o.progress("counting jars"));
      Timed<List<Finding>> counted = Timed.time(() -> counters.map(counter, found.jars()));
      List<Finding> findings = new ArrayList<>(found.unreadable());
      findings.addAll(counted.value());
      PrintWriter out = out();
      new Summary(findings).lines().forEach(out::println);
      out.flush();
      err()
          .printf(
              "pool %s, workers %d, time %s%n",
              pool, counters.workers(), TimeDelta.format(counted.duration()));
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
    err().println("jar-census cannot count below " + folder + ": " + why);
    return WRONG_FOLDER;
  }
}
