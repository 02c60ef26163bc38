package io.github.poolmap.examples.iovscpu;

/** Two ways to do the same work gave different results, so that no comparison of times counts. */
final class UnequalResultsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnequalResultsException(String message) {
    super(message);
  }
}
