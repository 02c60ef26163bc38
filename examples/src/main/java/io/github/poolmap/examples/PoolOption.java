package io.github.poolmap.examples;

import io.github.poolmap.PoolKind;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The option that says which kind of pool does the work. */
public final class PoolOption {

  @Option(
      names = "--pool",
      paramLabel = "serial|threads|processes",
      description = "The kind of pool (default: threads).")
  private PoolKind kind = PoolKind.THREADS;

  /**
   * Returns which kind it is to be.
   *
   * @return what the option says, else threads
   */
  public PoolKind kind() {
    return kind;
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
