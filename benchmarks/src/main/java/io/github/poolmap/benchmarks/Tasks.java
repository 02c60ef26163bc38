package io.github.poolmap.benchmarks;

/** The two kinds of items: one that computes and one that waits. Both give their input back. */
final class Tasks {

  private static final long NANOS_PER_MICRO = 1_000;

  private Tasks() {}

  /** Keeps a core busy for so long by the clock. */
  static int compute(int micros) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < micros * NANOS_PER_MICRO) {
      // Reading the clock is the work.
    }
    return micros;
  }

  /** Sleeps. */
  static int sleep(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }
}
