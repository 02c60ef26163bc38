package io.github.poolmap.examples.sharedmatrix;

import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A filter of 3 x 3 weights.
 *
 * @param weights row by row
 */
record Kernel(double[] weights) implements Serializable {

  /** How many rows and columns it has. */
  static final int SIDE = 3;

  /** Makes up so many, always the same ones. */
  static List<Kernel> some(int count) {
    SplittableRandom random = new SplittableRandom(1);
    return Stream.generate(() -> new Kernel(random.doubles(SIDE * SIDE, -1, 1).toArray()))
        .limit(count)
        .toList();
  }
}
