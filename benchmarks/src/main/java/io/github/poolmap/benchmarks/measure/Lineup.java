package io.github.poolmap.benchmarks.measure;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Those who are measured in alternation, what they need, and the lines that come of it. */
public final class Lineup implements AutoCloseable {

  private final Settings settings;
  private final List<Contender> contenders = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();
  private final Map<String, String> skipped = new LinkedHashMap<>();
  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();

  /** Makes an empty one. */
  public Lineup(Settings settings) {
    this.settings = settings;
  }

  /** Gives what the command line said. */
  public Settings settings() {
    return settings;
  }

  /** Has something closed at the end, the last one first. */
  public <C extends AutoCloseable> C closing(C resource) {
    toClose.push(resource);
    return resource;
  }

  /** Adds a contender, which is closed at the end. */
  public Lineup add(Contender contender) {
    contenders.add(closing(contender));
    return this;
  }

  /** Says why somebody does not take part. */
  public Lineup skip(String name, String reason) {
    skipped.put(name, reason);
    return this;
  }

  /** Adds a line that compares two. */
  public Lineup line(
      String label, String ours, @Nullable String peer, Unit unit, @Nullable Goal goal) {
    lines.add(new Line(label, ours, peer, unit, goal));
    return this;
  }

  List<Contender> contenders() {
    return contenders;
  }

  List<Line> lines() {
    return lines;
  }

  Map<String, String> skipped() {
    return skipped;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    while (!toClose.isEmpty()) {
      AutoCloseable next = toClose.pop();
      try {
        next.close();
      } catch (Exception e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        if (failure == null) {
          failure = new IOException("cannot close " + next, e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
