package io.github.poolmap.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a report into a folder of its own: the table, the raw figures, the chart. */
public final class Results {

  private Results() {}

  /**
   * Writes all three.
   *
   * @return what to tell the user
   */
  public static List<String> write(Report report, List<String> table, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("table.txt"), table);
    Files.writeString(folder.resolve("results.json"), report.toJson());
    List<String> told = new ArrayList<>();
    told.add("Table, raw figures and chart: " + folder);
    try {
      Chart.write(report, folder.resolve("chart.png"));
    } catch (LinkageError | InternalError | RuntimeException e) {
      // A JDK without fonts or without the desktop classes.
      told.add("There is no chart: " + e);
    }
    return told;
  }
}
