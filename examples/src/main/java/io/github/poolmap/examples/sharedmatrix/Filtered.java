package io.github.poolmap.examples.sharedmatrix;

import java.io.Serializable;

/**
 * The result of a task.
 *
 * @param sum what the filter gave
 * @param pid the process that computed it
 */
record Filtered(double sum, long pid) implements Serializable {

  static Filtered of(Image image, Kernel kernel) {
    return new Filtered(image.sumFiltered(kernel), ProcessHandle.current().pid());
  }
}
