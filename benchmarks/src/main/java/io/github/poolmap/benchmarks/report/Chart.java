package io.github.poolmap.benchmarks.report;

import io.github.poolmap.benchmarks.measure.Line;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.StageResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;

/** Draws a bar for each line that has a ratio: how many times as fast as the peer ours is. */
final class Chart {

  private static final int WIDTH = 1_200;
  private static final int MARGIN = 150;
  private static final int BAR = 26;

  private Chart() {}

  /** Draws into a PNG file; does nothing if there is nothing to draw. */
  static void write(Report report, Path file) throws IOException {
    List<String> labels = new ArrayList<>();
    List<Double> times = new ArrayList<>();
    for (RowResult row : report.rows()) {
      for (StageResult stage : row.stages()) {
        for (Line line : stage.lines()) {
          Double ratio = stage.ratio(line);
          if (ratio != null && ratio > 0) {
            labels.add(row.workload() + ": " + line.label());
            times.add(-Math.log10(ratio));
          }
        }
      }
    }
    if (labels.isEmpty()) {
      return;
    }
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder()
            .width(WIDTH)
            .height(MARGIN + BAR * labels.size())
            .title("Times as fast as the peer (" + report.machine().cores() + " cores)")
            .xAxisTitle("right of 1: faster than the peer, left of it: slower")
            .build();
    // Of bars to both sides of 1 the library knows no logarithmic axis.
    chart
        .getStyler()
        .setXAxisTickLabelsFormattingFunction(
            power -> String.format(Locale.ROOT, "%.3g x", Math.pow(10, power)));
    chart.getStyler().setLegendVisible(false);
    // Labels that come closer than this are left out, by the hint of the other axis.
    chart.getStyler().setXAxisTickMarkSpacingHint(BAR / 2);
    chart.addSeries("times as fast", times, labels);
    try (OutputStream out = Files.newOutputStream(file)) {
      ChartEncoder.saveChart(chart, out, "png");
    }
  }
}
