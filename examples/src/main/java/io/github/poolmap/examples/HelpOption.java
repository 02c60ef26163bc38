package io.github.poolmap.examples;

import picocli.CommandLine.Option;

/** The option that has each command explain itself. */
public abstract class HelpOption {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean helpRequested;

  /** Tells whether help was asked for; picocli then prints it and does not run the command. */
  protected final boolean isHelpRequested() {
    return helpRequested;
  }
}
