package io.github.poolmap.examples.iovscpu;

/** What a ratio of speeds is worth saying. */
enum Effect {
  /** Clearly faster. */
  FASTER,
  /** No difference that a single run could show. */
  SAME,
  /** Clearly slower. */
  SLOWER;

  /** A single run on a machine in use varies by some per cent. */
  private static final double NOISE = 1.1;

  static Effect of(double speedUp) {
    if (speedUp >= NOISE) {
      return FASTER;
    }
    return speedUp > 1 / NOISE ? SAME : SLOWER;
  }
}
