package io.github.poolmap.benchmarks.peers;

import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The script with the peers in Python, in a folder of its own: spawned children import it. */
public final class PythonScript {

  private static final String SCRIPT = "peers.py";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Lineup lineup;
  private final Path folder;

  private PythonScript(Lineup lineup, Path folder) {
    this.lineup = lineup;
    this.folder = folder;
  }

  /** Unpacks it for as long as a lineup is there. */
  public static PythonScript in(Lineup lineup) throws IOException {
    Path folder = lineup.closing(TemporaryFolder.make()).path();
    try (InputStream source =
        PythonScript.class.getResourceAsStream("/io/github/poolmap/benchmarks/python/" + SCRIPT)) {
      if (source == null) {
        throw new IllegalStateException(SCRIPT + " is not on the class path");
      }
      Files.copy(source, folder.resolve(SCRIPT));
    }
    return new PythonScript(lineup, folder);
  }

  /** What a peer needs beside Python. */
  public enum Needs {
    /** Nothing. */
    NOTHING,
    /** numpy, which its children import as well. */
    NUMPY,
    /** joblib. */
    JOBLIB,
    /** Both. */
    BOTH
  }

  /**
   * Adds a peer, or says why it is not there.
   *
   * @param name what it is called
   * @param needs what it needs
   * @param workload what it does
   * @param peer how the script calls it
   * @param workers how many processes or threads it has
   * @param numbers the workload's sizes
   */
  public PythonScript add(
      String name,
      Needs needs,
      String workload,
      String peer,
      int workers,
      Map<String, Integer> numbers)
      throws IOException {
    Settings.Python python = lineup.settings().python();
    String missing = missing(needs, python);
    if (python == null || missing != null) {
      lineup.skip(name, missing == null ? lineup.settings().pythonMissing() : missing);
      return this;
    }
    List<String> command =
        new ArrayList<>(
            List.of(python.command(), folder.resolve(SCRIPT).toString(), workload, peer));
    command.add("workers=" + workers);
    numbers.forEach((key, value) -> command.add(key + "=" + value));
    boolean numpy = needs == Needs.NUMPY || needs == Needs.BOTH;
    lineup.add(
        new PythonPeer(
            name,
            command,
            Map.of(
                "PEERS_IMPORT_NUMPY",
                numpy ? "1" : "0",
                "PYTHONDONTWRITEBYTECODE",
                "1",
                // Loky's tracker says how much it deletes of what others have left.
                "PYTHONWARNINGS",
                "ignore:resource_tracker:UserWarning"),
            LIMIT));
    return this;
  }

  private @Nullable String missing(Needs needs, Settings.@Nullable Python python) {
    if (python == null) {
      return null;
    }
    boolean numpy = needs == Needs.NUMPY || needs == Needs.BOTH;
    boolean joblib = needs == Needs.JOBLIB || needs == Needs.BOTH;
    if (numpy && python.numpy() == null) {
      return python.command() + " has no numpy";
    }
    if (joblib && python.joblib() == null) {
      return python.command() + " has no joblib";
    }
    return null;
  }
}
