package io.github.poolmap.examples;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says how many workers a pool has. */
public final class WorkersOption {

  @Option(
      names = "--workers",
      converter = IntRange.Workers.class,
      description = "Workers of a pool, 1 to 1024 (default: all cores).")
  private @Nullable Integer workers;

  /**
   * Returns how many there are to be.
   *
   * @return what the option says, else the number of cores
   */
  public int count() {
    return workers == null ? Runtime.getRuntime().availableProcessors() : workers;
  }
}
