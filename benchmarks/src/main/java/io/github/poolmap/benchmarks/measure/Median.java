package io.github.poolmap.benchmarks.measure;

import java.util.Arrays;
import java.util.Collection;

/** The middle of some figures, which a disturbed one does not move. */
public final class Median {

  private Median() {}

  /** Finds the middle one, or between the two middle ones. */
  public static double of(Collection<Double> figures) {
    return of(figures.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Finds the middle one, or between the two middle ones. */
  public static double of(double... figures) {
    if (figures.length == 0) {
      throw new IllegalArgumentException("no figures have no median");
    }
    double[] sorted = figures.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
