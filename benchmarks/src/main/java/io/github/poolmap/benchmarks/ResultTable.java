package io.github.poolmap.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lays out results in columns: the first one flush left, the others flush right. */
final class ResultTable {

  private static final List<String> HEADER =
      List.of("workload", "ours", "peer", "ratio ours/peer", "ideal", "ours/ideal");

  private ResultTable() {}

  /** Gives the lines of the table. */
  static List<String> lines(List<Result> results) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    results.forEach(result -> rows.add(cells(result)));
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < HEADER.size(); column++) {
      int at = column;
      widths.add(Collections.max(rows.stream().map(row -> row.get(at).length()).toList()));
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static List<String> cells(Result result) {
    return List.of(
        result.workload(),
        millis(result.ours()),
        millis(result.peer()),
        ratio(result.toPeer()),
        millis(result.ideal()),
        ratio(result.toIdeal()));
  }

  private static String millis(@Nullable Double millis) {
    return millis == null ? "-" : String.format(Locale.ROOT, "%.1f ms", millis);
  }

  private static String ratio(@Nullable Double ratio) {
    return ratio == null ? "-" : String.format(Locale.ROOT, "%.3f", ratio);
  }

  private static String line(List<String> row, List<Integer> widths) {
    List<String> padded = new ArrayList<>();
    for (int column = 0; column < row.size(); column++) {
      String cell = row.get(column);
      String padding = " ".repeat(widths.get(column) - cell.length());
      padded.add(column == 0 ? cell + padding : padding + cell);
    }
    return String.join(" | ", padded);
  }
}
