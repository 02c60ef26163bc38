package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.examples.Median;
import java.util.ArrayList;
import java.util.List;

/** The seconds that each contender took, round by round. */
final class Rounds {

  private final List<double[]> rounds = new ArrayList<>();

  /** Adds a round: the seconds in the order of the contenders. */
  void add(double... seconds) {
    rounds.add(seconds.clone());
  }

  double median(Contender contender) {
    return Median.of(rounds.stream().map(round -> round[contender.ordinal()]).toList());
  }

  /** How much longer one takes than the other: the median of the ratios within the rounds. */
  double medianOfRatios(Contender one, Contender other) {
    return Median.of(
        rounds.stream().map(round -> round[one.ordinal()] / round[other.ordinal()]).toList());
  }

  /** How much longer one takes than the other: the ratio of the medians over the rounds. */
  double ratioOfMedians(Contender one, Contender other) {
    return median(one) / median(other);
  }
}
