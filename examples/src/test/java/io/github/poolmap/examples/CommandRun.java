package io.github.poolmap.examples;

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

  /** What it wrote to standard output, line by line. */
  public List<String> lines() {
    return out.lines().toList();
  }
}
