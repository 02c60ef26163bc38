package io.github.poolmap.examples.iovscpu;

/** The ways to do the same computing that are measured against each other. */
enum Contender {
  /** A loop in one thread. */
  LOOP("serial loop"),
  /** An executor with one callable for each task. */
  HAND_WRITTEN("hand-written"),
  /** Poolmap's threads. */
  THREADS("threads"),
  /** Poolmap's worker processes, warm. */
  PROCESSES("processes");

  private final String label;

  Contender(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
