package io.github.poolmap.examples.jarcensus;

import io.github.poolmap.examples.Numbers;
import io.github.poolmap.examples.TextTable;
import io.github.poolmap.examples.jarcensus.Finding.Counted;
import io.github.poolmap.examples.jarcensus.Finding.Unreadable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToLongFunction;

/** Sums up a census: the same lines for the same jars, whoever counted them. */
final class Summary {

  private static final int LARGEST = 10;

  private final List<Counted> counted = new ArrayList<>();
  private final List<Unreadable> unreadable = new ArrayList<>();

  /** Sorts the findings by path and by what became of the jars. */
  Summary(List<Finding> findings) {
    for (Finding finding : findings) {
      if (finding instanceof Counted jar) {
        counted.add(jar);
      } else if (finding instanceof Unreadable jar) {
        unreadable.add(jar);
      }
    }
    counted.sort(Comparator.comparing(Counted::path));
    unreadable.sort(Comparator.comparing(Unreadable::path));
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>(totals().lines());
    lines.add("digest of the jars' SHA-256 in the order of their paths: " + digest());
    if (!counted.isEmpty()) {
      lines.add("");
      lines.add("the largest, by bytes of their entries:");
      lines.addAll(largest().lines());
    }
    if (!unreadable.isEmpty()) {
      lines.add("");
      lines.add("unreadable:");
      unreadable.forEach(jar -> lines.add(jar.path() + ": " + jar.reason()));
    }
    return lines;
  }

  private TextTable totals() {
    long different = counted.stream().map(Counted::sha256).distinct().count();
    return new TextTable()
        .row(List.of("jars", Numbers.grouped(counted.size())))
        .row(List.of("classes", Numbers.grouped(sum(Counted::classes))))
        .row(List.of("resources", Numbers.grouped(sum(Counted::resources))))
        .row(List.of("bytes in entries", Numbers.grouped(sum(Counted::bytes))))
        .row(List.of("duplicates of another jar", Numbers.grouped(counted.size() - different)))
        .row(List.of("unreadable", Numbers.grouped(unreadable.size())));
  }

  private TextTable largest() {
    TextTable table =
        new TextTable().row(List.of("jar", "classes", "resources", "bytes in entries"));
    counted.stream()
        .sorted(Comparator.comparingLong(Counted::bytes).reversed())
        .limit(LARGEST)
        .forEach(
            jar ->
                table.row(
                    List.of(
                        jar.path(),
                        Numbers.grouped(jar.classes()),
                        Numbers.grouped(jar.resources()),
                        Numbers.grouped(jar.bytes()))));
    return table;
  }

  private String digest() {
    MessageDigest digest = Sha256.newDigest();
    for (Counted jar : counted) {
      digest.update(jar.sha256().getBytes(StandardCharsets.US_ASCII));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private long sum(ToLongFunction<Counted> figure) {
    return counted.stream().mapToLong(figure).sum();
  }
}
