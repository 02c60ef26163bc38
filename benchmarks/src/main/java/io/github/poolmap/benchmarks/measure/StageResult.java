package io.github.poolmap.benchmarks.measure;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of a stage.
 *
 * @param series every single figure, by series, in the order of the rounds
 * @param skipped who did not take part, and why
 * @param lines what is to be compared
 */
public record StageResult(
    Map<String, List<Double>> series, Map<String, String> skipped, List<Line> lines) {

  /** The median of a series, null if it has no figures. */
  public @Nullable Double median(@Nullable String name) {
    List<Double> figures = name == null ? null : series.get(name);
    return (figures == null || figures.isEmpty()) ? null : Median.of(figures);
  }

  /**
   * How many times as long as the peer ours took: the median of the ratios within the rounds, which
   * what disturbs the machine for a while moves less than it does the ratio of the medians.
   */
  public @Nullable Double ratio(Line line) {
    List<Double> ours = series.get(line.ours());
    List<Double> peers = line.peer() == null ? null : series.get(line.peer());
    if (ours == null || peers == null || ours.isEmpty() || ours.size() != peers.size()) {
      return null;
    }
    double[] ratios = new double[ours.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = ours.get(i) / peers.get(i);
    }
    return Median.of(ratios);
  }

  /** Whether a line's goal is met, null if it has none or nothing to compare. */
  public @Nullable Boolean isMet(Line line) {
    Double ours = median(line.ours());
    if (line.goal() == null || ours == null) {
      return null;
    }
    return line.goal().isMet(ours, ratio(line));
  }
}
