package io.github.poolmap.benchmarks.report;

import io.github.poolmap.benchmarks.measure.Line;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.StageResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lays results out in columns, the notes below. */
public final class Table {

  private static final List<String> HEADER =
      List.of("workload", "ours", "peer", "ratio", "goal", "met");

  /** The columns that are flush left. */
  private static final Set<Integer> TEXT = Set.of(0, 4, 5);

  private static final String NOTHING = "-";

  private Table() {}

  /** Gives the lines of the table and of its notes. */
  public static List<String> lines(List<RowResult> rows) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(HEADER);
    Set<String> notes = new LinkedHashSet<>();
    for (RowResult row : rows) {
      if (row.failure() != null) {
        cells.add(List.of(row.workload(), NOTHING, NOTHING, NOTHING, NOTHING, "not measured"));
        notes.add(row.workload() + " was not measured: " + row.failure());
      }
      for (StageResult stage : row.stages()) {
        stage.lines().forEach(line -> cells.add(cells(row, stage, line)));
        stage
            .skipped()
            .forEach((name, why) -> notes.add(row.workload() + ": " + name + " skipped: " + why));
      }
    }
    List<String> lines = new ArrayList<>(aligned(cells));
    lines.addAll(notes);
    return lines;
  }

  private static List<String> cells(RowResult row, StageResult stage, Line line) {
    Double ours = stage.median(line.ours());
    Double peer = stage.median(line.peer());
    Double ratio = stage.ratio(line);
    Boolean met = stage.isMet(line);
    return List.of(
        row.workload() + ": " + line.label(),
        figure(line, ours, line.ours()),
        line.peer() == null ? NOTHING : figure(line, peer, line.peer()),
        ratio == null ? NOTHING : String.format(Locale.ROOT, "%.3f", ratio),
        line.goal() == null ? NOTHING : line.goal().format(line.unit()),
        met == null ? NOTHING : met ? "yes" : "NO");
  }

  private static String figure(Line line, @Nullable Double figure, String series) {
    return figure == null ? series + ": skipped" : line.unit().format(figure);
  }

  private static List<String> aligned(List<List<String>> rows) {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < HEADER.size(); column++) {
      int at = column;
      widths.add(Collections.max(rows.stream().map(row -> row.get(at).length()).toList()));
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, List<Integer> widths) {
    List<String> padded = new ArrayList<>();
    for (int column = 0; column < row.size(); column++) {
      String cell = row.get(column);
      String padding = " ".repeat(widths.get(column) - cell.length());
      padded.add(TEXT.contains(column) ? cell + padding : padding + cell);
    }
    return String.join(" | ", padded).stripTrailing();
  }
}
