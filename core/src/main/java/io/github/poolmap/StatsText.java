package io.github.poolmap;

import java.util.ArrayList;
import java.util.List;

/** The statistics of a pool as text. */
final class StatsText {

  /** So many workers have lines of their own. */
  private static final int MOST_SLOTS = 32;

  private static final List<String> HEAD =
      List.of(
          "slot",
          "worker",
          "starts",
          "tasks",
          "start-up",
          "busy",
          "hand-over",
          "idle",
          "used",
          "sent",
          "received",
          "crashes",
          "retries");

  private final PoolStats stats;
  private final StringBuilder text = new StringBuilder();

  private StatsText(PoolStats stats) {
    this.stats = stats;
  }

  static String of(PoolStats stats) {
    return new StatsText(stats).make();
  }

  private String make() {
    text.append(stats.pool())
        .append(": ")
        .append(Amounts.of(stats.calls(), "call", "calls"))
        .append(", ")
        .append(Amounts.of(stats.items(), "item", "items"))
        .append(" ended (")
        .append(Amounts.of(stats.failures()))
        .append(" failed), ")
        .append(Amounts.of(stats.retries(), "retry", "retries"))
        .append(", ")
        .append(Amounts.of(stats.crashes(), "crash", "crashes"))
        .append("; ")
        .append(workers())
        .append(" live");
    line(
        "used",
        Amounts.percent(stats.utilisation())
            + " of the workers' time, "
            + Amounts.of(stats.serialTime())
            + " of work in "
            + Amounts.of(stats.callTime())
            + " of calls, "
            + Amounts.threeDigits(stats.speedUp())
            + " times as fast as one worker");
    line("run", stats.runTimes().toString());
    line("wait", stats.waitTimes().toString());
    if (stats.shippedClasses() > 0) {
      line(
          "shipped",
          Amounts.of(stats.shippedClasses(), "class", "classes")
              + " shipped ("
              + Amounts.ofBytes(stats.shippedBytes())
              + ")");
    }
    stats.decision().ifPresent(decision -> line("decision", decision));
    stats.advice().ifPresent(advice -> line("advice", advice));
    appendSlots();
    appendSlowest();
    return text.toString();
  }

  /** Of a serial pool there may be more than it has workers: one, which each caller is. */
  private String workers() {
    return stats.kind() == PoolKind.SERIAL
        ? Amounts.of(stats.liveWorkers(), "calling thread", "calling threads")
        : stats.liveWorkers() + " of " + Amounts.of(stats.workers(), "worker", "workers");
  }

  private void line(String label, String content) {
    text.append("\n  ").append(label);
    pad(10 - label.length());
    text.append(content);
  }

  private void pad(int blanks) {
    text.append(" ".repeat(Math.max(0, blanks)));
  }

  private void appendSlots() {
    if (stats.slots().isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    stats.slots().stream().limit(MOST_SLOTS).map(StatsText::row).forEach(rows::add);
    appendTable(rows, 1);
    int more = stats.slots().size() - MOST_SLOTS;
    if (more > 0) {
      text.append("\n  and ").append(Amounts.of(more, "more", "more"));
    }
  }

  private static List<String> row(PoolStats.Slot slot) {
    return List.of(
        String.valueOf(slot.index()),
        slot.worker(),
        Amounts.of(slot.starts()),
        Amounts.of(slot.tasks()),
        Amounts.of(slot.startUp()),
        Amounts.of(slot.busy()),
        Amounts.of(slot.handOver()),
        Amounts.of(slot.idle()),
        Amounts.percent(slot.utilisation()),
        Amounts.ofBytes(slot.bytesSent()),
        Amounts.ofBytes(slot.bytesReceived()),
        Amounts.of(slot.crashes()),
        Amounts.of(slot.retries()));
  }

  private void appendSlowest() {
    if (stats.slowest().isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("slowest", "call", "item", "input"));
    for (PoolStats.SlowItem item : stats.slowest()) {
      rows.add(
          List.of(
              Amounts.of(item.duration()),
              String.valueOf(item.call()),
              String.valueOf(item.index()),
              harmless(item.input().lines().findFirst().orElse(""))));
    }
    appendTable(rows, 3);
  }

  /** Terminals obey control characters. */
  private static String harmless(String text) {
    return text.replaceAll("\\p{Cntrl}|[\\x80-\\x9f]", " ");
  }

  /** Appends rows, one column of which is aligned to the left. */
  private void appendTable(List<List<String>> rows, int left) {
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("\n");
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = rows.stream().mapToInt(each -> each.get(column).length()).max().orElse(0);
        String blanks = " ".repeat(width - row.get(i).length());
        line.append("  ");
        line.append(i == left ? row.get(i) + blanks : blanks + row.get(i));
      }
      text.append(line.toString().stripTrailing());
    }
  }
}
