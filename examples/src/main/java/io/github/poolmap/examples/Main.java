package io.github.poolmap.examples;

import io.github.poolmap.examples.crashcontainment.CrashContainmentCommand;
import io.github.poolmap.examples.iovscpu.IoVsCpuCommand;
import io.github.poolmap.examples.jarcensus.JarCensusCommand;
import io.github.poolmap.examples.logsearch.LogSearchCommand;
import io.github.poolmap.examples.sharedmatrix.SharedMatrixCommand;
import io.github.poolmap.examples.startstrategies.StartStrategiesCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Starts the example that the command line names. */
@Command(
    name = "poolmap-examples",
    description = "Examples of Poolmap, a parallel map over threads and processes.",
    subcommands = {
      IoVsCpuCommand.class,
      JarCensusCommand.class,
      CrashContainmentCommand.class,
      StartStrategiesCommand.class,
      SharedMatrixCommand.class,
      LogSearchCommand.class
    })
public final class Main extends HelpOption {

  /**
   * Runs an example and exits with its status: 0 if all went well, 1 if it failed, 2 for a wrong
   * command line.
   *
   * @param arguments the name of the example and its options
   */
  public static void main(String[] arguments) {
    CommandLine commandLine =
        commandLine().setOut(utf8(FileDescriptor.out)).setErr(utf8(FileDescriptor.err));
    System.exit(commandLine.execute(arguments));
  }

  /** Makes the command line with all the examples. */
  static CommandLine commandLine() {
    return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
  }

  /**
   * Opens a stream of this process for text in UTF-8. The platform's charset may be ASCII, which
   * turns Chinese into question marks.
   */
  private static PrintWriter utf8(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
