package io.github.poolmap.examples.sharedmatrix;

import java.nio.DoubleBuffer;
import java.util.SplittableRandom;

/**
 * What can be done with a square of numbers, row by row in one buffer. Rows are copied out one by
 * one, so that the same loop reads an array in the heap and a file that is mapped into memory.
 *
 * @param pixels the numbers
 * @param side how many rows and columns there are
 */
record Image(DoubleBuffer pixels, int side) {

  /** Makes up the pixels of an image, always the same ones. */
  static double[] madeUp(int side) {
    SplittableRandom random = new SplittableRandom(2);
    double[] pixels = new double[Math.multiplyExact(side, side)];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextDouble();
    }
    return pixels;
  }

  /**
   * Convolves it with a filter and sums up the absolute values of what comes out; the order of the
   * additions is always the same, so equal images give equal sums to the last bit.
   */
  double sumFiltered(Kernel kernel) {
    double[] above = row(0, new double[side]);
    double[] middle = row(1, new double[side]);
    double[] below = new double[side];
    double sum = 0;
    for (int y = 1; y < side - 1; y++) {
      row(y + 1, below);
      sum += sumOfRow(kernel.weights(), above, middle, below);
      double[] free = above;
      above = middle;
      middle = below;
      below = free;
    }
    return sum;
  }

  private double[] row(int y, double[] into) {
    pixels.get(y * side, into);
    return into;
  }

  private static double sumOfRow(double[] w, double[] above, double[] middle, double[] below) {
    double sum = 0;
    for (int x = 1; x < middle.length - 1; x++) {
      double pixel =
          w[0] * above[x - 1]
              + w[1] * above[x]
              + w[2] * above[x + 1]
              + w[3] * middle[x - 1]
              + w[4] * middle[x]
              + w[5] * middle[x + 1]
              + w[6] * below[x - 1]
              + w[7] * below[x]
              + w[8] * below[x + 1];
      sum += Math.abs(pixel);
    }
    return sum;
  }
}
