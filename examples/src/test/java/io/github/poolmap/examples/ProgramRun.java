package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A run of a program of the JDK in a process of its own.
 *
 * @param status the exit status
 * @param out what it wrote to standard output, as UTF-8
 */
record ProgramRun(int status, String out) {

  private static final int SECONDS = 60;

  /** Runs a program, by its name in the JDK's folder, to its end. */
  static ProgramRun of(String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", program).toString());
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("out", ".txt");
    Process process = null;
    try {
      process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .redirectOutput(out.toFile())
              .start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
      String text = Files.readString(out, StandardCharsets.UTF_8);
      assertTrue(ended, text);
      return new ProgramRun(process.exitValue(), text);
    } finally {
      if (process != null) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      Files.delete(out);
    }
  }
}
