package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.PoolKind;
import io.github.poolmap.Trace;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Writes what the demonstration has found to a folder: as charts, and as a report of the trace. */
final class ChartFiles {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;

  /** Colours that people tell apart whatever colours they see. */
  private static final Color[] COLOURS = {
    new Color(0x8d8d99), new Color(0x0072b2), new Color(0xe69f00)
  };

  private final Path folder;
  private final Wording wording;

  ChartFiles(Path folder, Wording wording) {
    this.folder = folder;
    this.wording = wording;
  }

  /**
   * Writes the files.
   *
   * @param plan what was done, in words
   * @param conclusions what the figures show, in words
   * @return what could not be written, in words; none as a rule
   */
  List<String> write(Figures figures, String plan, List<String> conclusions, Trace trace)
      throws IOException {
    List<String> missing = new ArrayList<>();
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("chart.html"), page(figures, plan, conclusions));
    trace.writeReport(folder.resolve("report.html"));
    trace.writeChromeTrace(folder.resolve("trace.json"));
    try {
      draw(figures);
    } catch (LinkageError | InternalError | RuntimeException e) {
      // A JDK without fonts or without the desktop classes.
      missing.add("chart.png: " + e);
    }
    return missing;
  }

  // ---- PNG

  /** In English: fonts for other languages are not everywhere. */
  private void draw(Figures figures) throws IOException {
    Wording english = Wording.in(Language.EN);
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("The same tasks on three kinds of pools")
            .yAxisTitle("seconds, less is better")
            .build();
    chart.getStyler().setSeriesColors(COLOURS);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setLabelsVisible(true);
    chart.getStyler().setYAxisDecimalPattern("0.###");
    chart.getStyler().setAvailableSpaceFill(0.8);
    List<String> labels = new ArrayList<>();
    for (TaskKind task : TaskKind.values()) {
      labels.add(task.label());
    }
    for (PoolKind kind : PoolKind.values()) {
      List<Double> seconds = new ArrayList<>();
      for (TaskKind task : TaskKind.values()) {
        seconds.add(figures.seconds(task, kind));
      }
      chart.addSeries(english.kind(kind), labels, seconds);
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve("chart.png"))) {
      ChartEncoder.saveChart(chart, out, "png");
    }
  }

  // ---- HTML

  private String page(Figures figures, String plan, List<String> conclusions) {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("<p>").append(html(plan)).append("</p>\n");
    for (TaskKind task : TaskKind.values()) {
      page.append("<h2>").append(html(task.label())).append("</h2>\n<table>\n");
      double longest = 0;
      for (PoolKind kind : PoolKind.values()) {
        longest = Math.max(longest, figures.seconds(task, kind));
      }
      for (PoolKind kind : PoolKind.values()) {
        double seconds = figures.seconds(task, kind);
        page.append(
            String.format(
                Locale.ROOT,
                "<tr><th>%s</th><td><div class=\"%s\" style=\"width:%.2f%%\"></div></td>"
                    + "<td>%.3f s</td><td>%.2fx</td></tr>%n",
                html(wording.kind(kind)),
                kind.name().toLowerCase(Locale.ROOT),
                longest == 0 ? 0 : 100 * seconds / longest,
                seconds,
                figures.speedUp(task, kind)));
      }
      page.append("</table>\n");
    }
    for (String each : conclusions) {
      page.append("<p>").append(html(each)).append("</p>\n");
    }
    return page.append("<p><a href=\"report.html\">report.html</a></p>\n</body>\n</html>\n")
        .toString();
  }

  private static String html(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <link rel="icon" href="data:,">
      <title>io-vs-cpu</title>
      <style>
      :root { color-scheme: light dark; --serial: #8d8d99; --threads: #0072b2; --processes: #e69f00; }
      @media (prefers-color-scheme: dark) { :root { --threads: #3d9be0; } }
      body { margin: 0 auto; padding: 24px; max-width: 900px; font: 15px/1.5 system-ui, sans-serif; }
      table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { padding: 4px 12px 4px 0; text-align: right; white-space: nowrap; }
      th { width: 90px; font-weight: normal; }
      td:nth-child(2) { width: 100%; }
      td div { height: 22px; min-width: 2px; }
      .serial { background: var(--serial); }
      .threads { background: var(--threads); }
      .processes { background: var(--processes); }
      </style>
      </head>
      <body>
      <h1>io-vs-cpu</h1>
      """;
}
