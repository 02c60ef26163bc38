package io.github.poolmap.benchmarks.peers;

import io.github.poolmap.benchmarks.measure.Settings;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the Python that has the peers. */
public final class Python {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Prints three lines: the versions of Python, numpy and joblib, "none" for what is missing. */
  private static final String PROBE =
      "import platform\n"
          + "print(platform.python_version())\n"
          + "for name in ('numpy', 'joblib'):\n"
          + "    try:\n"
          + "        print(__import__(name).__version__)\n"
          + "    except ImportError:\n"
          + "        print('none')\n";

  private Python() {}

  /**
   * Looks at {@code python3} of the search path, then at the system's.
   *
   * @return the first that has numpy and joblib, else the first that works, null if none does
   */
  public static Settings.@Nullable Python find() throws InterruptedException {
    Settings.Python first = null;
    for (String command : candidates()) {
      Settings.Python python = probe(command);
      if (python != null && python.numpy() != null && python.joblib() != null) {
        return python;
      }
      if (first == null) {
        first = python;
      }
    }
    return first;
  }

  private static List<String> candidates() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(Stream.of(path.split(File.pathSeparator)), Stream.of("/usr/bin"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "python3"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .distinct()
        .toList();
  }

  /** Asks one for its versions, null if it does not work. */
  static Settings.@Nullable Python probe(String command) throws InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(command, "-c", PROBE)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return null;
    }
    try (Children.Child child = Children.watch(process)) {
      if (!child.endsWithin(LIMIT) || process.exitValue() != 0) {
        return null;
      }
      List<String> lines = new ArrayList<>(lines(process));
      if (lines.size() != 3) {
        return null;
      }
      return new Settings.Python(
          command, lines.get(0), noneIsNull(lines.get(1)), noneIsNull(lines.get(2)));
    } catch (IOException e) {
      return null;
    }
  }

  private static List<String> lines(Process process) throws IOException {
    byte[] output = process.getInputStream().readAllBytes();
    return new String(output, StandardCharsets.UTF_8).lines().toList();
  }

  private static @Nullable String noneIsNull(String version) {
    return version.equals("none") ? null : version;
  }
}
