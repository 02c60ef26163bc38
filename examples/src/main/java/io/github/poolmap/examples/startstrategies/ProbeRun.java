package io.github.poolmap.examples.startstrategies;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs {@link Probe} programs with the same classes and the same JDK as this one.
 *
 * @param archive what they have as system property {@code poolmap.archive}
 */
record ProbeRun(String archive) {

  /** Has rounds measured. */
  List<Round> measure(Contender contender, int rounds, int pauseMillis)
      throws IOException, InterruptedException {
    return run(contender.name(), Integer.toString(rounds), Integer.toString(pauseMillis)).stream()
        .filter(Round::isLine)
        .map(Round::of)
        .toList();
  }

  /** Has an archive made, in the folder that probes of this kind use. */
  void makeArchive() throws IOException, InterruptedException {
    run(archive);
  }

  private List<String> run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.add("-Dpoolmap.archive=" + archive);
    command.add("-cp");
    command.add(System.getProperty("java.class.path", ""));
    command.add(Probe.class.getName());
    command.addAll(List.of(arguments));
    Process probe =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    // Nobody reads what it measures if this program is ended meanwhile.
    Runtime.getRuntime().addShutdownHook(new Thread(probe::destroyForcibly, "ends a probe"));
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(probe.getInputStream(), StandardCharsets.US_ASCII))) {
      List<String> lines = out.lines().toList();
      int status = probe.waitFor();
      if (status != 0) {
        throw new IOException("the measured program ended with status " + status);
      }
      return lines;
    } finally {
      // Its workers end with it.
      probe.destroyForcibly();
    }
  }
}
