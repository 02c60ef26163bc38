package io.github.poolmap.benchmarks.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures contenders round by round, so that what disturbs the machine for a while disturbs all.
 * Who begins changes from round to round.
 *
 * @param warmUps rounds that are not counted
 * @param rounds rounds that are
 */
public record Alternation(int warmUps, int rounds) {

  /**
   * Runs all rounds. A peer that fails takes no further part.
   *
   * @throws WrongResultException if the results of one were wrong
   * @throws Exception if ours failed
   */
  public StageResult measure(Lineup lineup) throws Exception {
    Map<String, List<Double>> series = new LinkedHashMap<>();
    Map<String, String> skipped = new LinkedHashMap<>(lineup.skipped());
    for (int round = -warmUps; round < rounds; round++) {
      List<Contender> order = new ArrayList<>(lineup.contenders());
      order.removeIf(contender -> skipped.containsKey(contender.name()));
      Collections.rotate(order, -Math.floorMod(round, Math.max(1, order.size())));
      for (Contender contender : order) {
        measure(contender, round >= 0, series, skipped);
      }
    }
    return new StageResult(series, skipped, List.copyOf(lineup.lines()));
  }

  private static void measure(
      Contender contender,
      boolean counts,
      Map<String, List<Double>> series,
      Map<String, String> skipped)
      throws Exception {
    // The garbage of one is not for the next to clear away.
    System.gc();
    Map<String, Double> figures;
    try {
      figures = contender.measure();
    } catch (PeerFailedException e) {
      skipped.put(contender.name(), e.getMessage());
      series.remove(contender.name());
      return;
    }
    if (counts) {
      figures.forEach(
          (name, figure) -> series.computeIfAbsent(name, absent -> new ArrayList<>()).add(figure));
    }
  }
}
