package io.github.poolmap.examples;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lays out rows in columns: the first one flush left, the others flush right. */
public final class TextTable {

  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /**
   * Adds a row.
   *
   * @param cells its cells, as many as in the other rows
   * @return this table
   */
  public TextTable row(List<String> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  /**
   * Lays out what was added.
   *
   * @return the lines
   */
  public List<String> lines() {
    List<Integer> widths = widths();
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private List<Integer> widths() {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < rows.get(0).size(); column++) {
      int at = column;
      widths.add(Collections.max(rows.stream().map(row -> DisplayWidth.of(row.get(at))).toList()));
    }
    return widths;
  }

  private static String line(List<String> row, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < row.size(); column++) {
      String cell = row.get(column);
      String padding = " ".repeat(widths.get(column) - DisplayWidth.of(cell));
      line.append(column == 0 ? cell + padding : GAP + padding + cell);
    }
    return line.toString().stripTrailing();
  }
}
