package io.github.poolmap.examples;

import java.util.List;

/** The middle of some figures, which a disturbed one does not move. */
public final class Median {

  private Median() {}

  /**
   * Finds the middle one, or between the two middle ones.
   *
   * @param figures one at least
   * @return the median
   */
  public static double of(List<Double> figures) {
    double[] sorted = figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
