package io.github.poolmap.benchmarks;

import java.util.Collection;

/** The middle of some figures, which a disturbed one does not move. */
final class Median {

  private Median() {}

  /** Finds the middle one, or between the two middle ones. */
  static double of(Collection<Double> figures) {
    if (figures.isEmpty()) {
      throw new IllegalArgumentException("no figures have no median");
    }
    double[] sorted = figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
