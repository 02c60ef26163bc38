package io.github.poolmap.examples.iovscpu;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The seconds that each contender took, round by round. */
final class Rounds {

  private final Map<Contender, List<Double>> seconds = new EnumMap<>(Contender.class);

  Rounds() {
    for (Contender contender : Contender.values()) {
      seconds.put(contender, new ArrayList<>());
    }
  }

  void add(Map<Contender, Double> round) {
    round.forEach((contender, time) -> of(contender).add(time));
  }

  double median(Contender contender) {
    return Median.of(of(contender));
  }

  /** How much longer one takes than the other: the median of the ratios within the rounds. */
  double medianOfRatios(Contender one, Contender other) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < of(one).size(); round++) {
      ratios.add(of(one).get(round) / of(other).get(round));
    }
    return Median.of(ratios);
  }

  /** How much longer one takes than the other: the ratio of the medians over the rounds. */
  double ratioOfMedians(Contender one, Contender other) {
    return median(one) / median(other);
  }

  private List<Double> of(Contender contender) {
    List<Double> times = seconds.get(contender);
    if (times == null) {
      throw new IllegalStateException(contender + " was not timed");
    }
    return times;
  }
}
