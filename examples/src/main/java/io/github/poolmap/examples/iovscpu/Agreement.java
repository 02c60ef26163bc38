package io.github.poolmap.examples.iovscpu;

import java.util.List;
import java.util.function.Function;

/** Sees to it that all who do the same work give the same results: those of the first. */
final class Agreement {

  private List<Double> expected = List.of();

  /**
   * Takes what one of them gave.
   *
   * @param results its results
   * @param complaint makes a sentence of the expected results if these are others
   * @throws UnequalResultsException if they are
   */
  void accept(List<Double> results, Function<List<Double>, String> complaint) {
    if (expected.isEmpty()) {
      expected = results;
    } else if (!expected.equals(results)) {
      throw new UnequalResultsException(complaint.apply(expected));
    }
  }

  /** The results of all so far. */
  List<Double> results() {
    return expected;
  }
}
