package io.github.poolmap.benchmarks.measure;

/** Thrown when a contender's results are not what they must be: such a time means nothing. */
public final class WrongResultException extends Exception {

  private static final long serialVersionUID = 1;

  /** Names the contender. */
  public WrongResultException(String contender) {
    super("wrong results of " + contender);
  }
}
