package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/**
 * A run of the launcher within this JVM.
 *
 * @param status the exit status
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
public record CommandRun(int status, String out, String err) {

  /** Runs the launcher. */
  public static CommandRun of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return new CommandRun(commandLine.execute(arguments), out.toString(), err.toString());
  }

  /** Sees to it that the launcher refuses a command line with that sentence, and does nothing. */
  public static void refuses(String sentence, String... arguments) {
    CommandRun run = of(arguments);
    assertEquals(sentence, run.err().lines().findFirst().orElse(""));
    assertEquals(2, run.status());
    assertEquals("", run.out());
  }

  /** What it wrote to standard output, line by line. */
  public List<String> lines() {
    return out.lines().toList();
  }
}
