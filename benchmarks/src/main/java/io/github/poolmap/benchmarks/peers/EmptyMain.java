package io.github.poolmap.benchmarks.peers;

/** A JVM that does nothing. */
public final class EmptyMain {

  private EmptyMain() {}

  /** Does nothing. */
  public static void main(String[] arguments) {}
}
