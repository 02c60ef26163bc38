package io.github.poolmap.examples;

import java.util.ArrayList;
import java.util.List;

/** Draws figures as horizontal bars of text, the largest one as long as there is room. */
public final class TextBars {

  private static final int WIDTH = 50;
  private static final int EIGHTHS = 8;

  private final List<Bar> bars = new ArrayList<>();

  /**
   * Adds a bar.
   *
   * @param label what it is of
   * @param figure how long it is, zero or more
   * @param text what is written behind it
   * @return these bars
   */
  public TextBars bar(String label, double figure, String text) {
    bars.add(new Bar(label, figure, text));
    return this;
  }

  /**
   * Draws them.
   *
   * @return one line for each, in the order in which they were added
   */
  public List<String> lines() {
    int labels = bars.stream().mapToInt(bar -> DisplayWidth.of(bar.label())).max().orElse(0);
    double largest = bars.stream().mapToDouble(Bar::figure).max().orElse(0);
    return bars.stream()
        .map(
            bar ->
                bar.label()
                    + " ".repeat(labels - DisplayWidth.of(bar.label()))
                    + "  "
                    + blocks(largest == 0 ? 0 : bar.figure() / largest)
                    + " "
                    + bar.text())
        .toList();
  }

  private static String blocks(double share) {
    int eighths = (int) Math.round(share * WIDTH * EIGHTHS);
    String full = "█".repeat(eighths / EIGHTHS);
    int rest = eighths % EIGHTHS;
    // From U+2589, seven eighths of a block, to U+258F, one eighth.
    return rest == 0 ? full : full + (char) ('\u2590' - rest);
  }

  /** One of them. */
  private record Bar(String label, double figure, String text) {}
}
