package io.github.poolmap.examples;

import picocli.CommandLine.Option;

/** The option that has each command explain itself. */
public abstract class HelpOption {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean helpRequested;
}
