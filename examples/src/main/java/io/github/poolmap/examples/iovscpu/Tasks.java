package io.github.poolmap.examples.iovscpu;

/** The two kinds of tasks: one that waits and one that computes. */
final class Tasks {

  private Tasks() {}

  /** Sleeps, as a task that waits for a disk or a network does, and gives the time it asked for. */
  static double ioCostly(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }

  /** Sums up n terms; the sum is returned so that the loop cannot be optimised away. */
  static double cpuCostly(int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.log(i + 1) + Math.pow(i, 1.1);
    }
    return sum;
  }
}
