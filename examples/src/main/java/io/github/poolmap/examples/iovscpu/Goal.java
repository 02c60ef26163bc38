package io.github.poolmap.examples.iovscpu;

import java.util.Locale;

/**
 * How much longer than the hand-written code a pool may take.
 *
 * @param contender the pool
 * @param most the largest ratio that is good enough
 */
record Goal(Contender contender, double most) {

  /** Met only if both ways to sum up the rounds say so: none is picked because it looks better. */
  boolean isMet(Rounds rounds) {
    return medianOfRatios(rounds) <= most && ratioOfMedians(rounds) <= most;
  }

  String verdict(Rounds rounds) {
    return String.format(
        Locale.ROOT,
        "%s/hand-written: %.3f median of the rounds' ratios, %.3f ratio of the medians;"
            + " goal at most %.2f: %s",
        contender.label(),
        medianOfRatios(rounds),
        ratioOfMedians(rounds),
        most,
        isMet(rounds) ? "met" : "MISSED");
  }

  private double medianOfRatios(Rounds rounds) {
    return rounds.medianOfRatios(contender, Contender.HAND_WRITTEN);
  }

  private double ratioOfMedians(Rounds rounds) {
    return rounds.ratioOfMedians(contender, Contender.HAND_WRITTEN);
  }
}
