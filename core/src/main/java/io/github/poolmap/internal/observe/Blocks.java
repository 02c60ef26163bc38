package io.github.poolmap.internal.observe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The spans of one lane as they are drawn: those that would be narrower than a pixel are put
 * together, with what there was in them.
 */
final class Blocks {

  /**
   * Something to be drawn, alone or put together.
   *
   * @param start when it begins, by {@link System#nanoTime}
   * @param end when it ends
   */
  private static final class Block {

    final long start;
    long end;
    long computing;
    long waiting;
    long unknown;
    long handOver;
    long startUp;
    long chunks;
    long items;
    final long call;
    long first = -1;
    long failed;

    Block(Span span) {
      start = span.start();
      end = span.start();
      call = span.call();
      add(span);
    }

    void add(Span span) {
      end = span.end() - end > 0 ? span.end() : end;
      switch (span.kind()) {
        case START_UP -> startUp += span.nanos();
        case HAND_OVER -> handOver += span.nanos();
        default -> addRun(span);
      }
    }

    private void addRun(Span span) {
      if (span.knowsCpu()) {
        computing += span.computing();
        waiting += span.nanos() - span.computing();
      } else {
        unknown += span.nanos();
      }
      first = first < 0 ? span.first() : first;
      chunks++;
      items += span.items();
      failed += span.failed() ? 1 : 0;
    }

    void write(Json json, long distance) throws IOException {
      long width = Math.max(1, end - start);
      json.value(distance)
          .value(micros(width))
          .value(percent(computing, width))
          .value(percent(waiting, width))
          .value(percent(unknown, width))
          .value(percent(handOver, width))
          .value(percent(startUp, width))
          .value(chunks)
          .value(items)
          .value(call)
          .value(first)
          .value(failed);
    }

    private static long percent(long part, long width) {
      return Math.min(100, Math.round(100.0 * part / width));
    }
  }

  /** Moments that are so near to each other that one mark stands for all of them. */
  private static final class Mark {

    final Span first;
    int count = 1;

    Mark(Span first) {
      this.first = first;
    }
  }

  private final List<Block> blocks = new ArrayList<>();
  private final List<Mark> marks = new ArrayList<>();

  private Blocks() {}

  /**
   * Puts the spans of a lane together.
   *
   * @param start when the time that is drawn begins
   * @param pixel how much of it is as good as nothing, in nanoseconds
   */
  static Blocks of(Snapshot.Lane lane, long start, long pixel) {
    Blocks made = new Blocks();
    Block open = null;
    for (Span span : lane.spans()) {
      switch (span.kind()) {
        case START_UP, RUN, HAND_OVER -> {
          if (span.nanos() >= pixel) {
            made.blocks.add(new Block(span));
            open = null;
          } else if (open != null
              && (span.start() - start) / pixel == (open.start - start) / pixel) {
            open.add(span);
          } else {
            open = new Block(span);
            made.blocks.add(open);
          }
        }
        case CRASH, RETRY -> made.mark(span, pixel);
        case ITEM -> {
          // The chunk is drawn.
        }
      }
    }
    return made;
  }

  private void mark(Span span, long pixel) {
    for (int i = marks.size() - 1; i >= 0 && i >= marks.size() - 2; i--) {
      Mark before = marks.get(i);
      if (before.first.kind() == span.kind() && span.start() - before.first.start() < 4 * pixel) {
        before.count++;
        return;
      }
    }
    marks.add(new Mark(span));
  }

  /** Returns how much there is to be drawn. */
  int size() {
    return blocks.size() + marks.size();
  }

  private static long micros(long nanos) {
    return Math.round(nanos / 1e3);
  }

  /** Writes two members of an object: numbers, as the script of the page reads them. */
  void write(Json json, long start) throws IOException {
    json.name("blocks").beginArray();
    long before = 0;
    for (Block each : blocks) {
      // Rounded before it is a distance, or what is lost of each would add up.
      long at = micros(each.start - start);
      each.write(json, at - before);
      before = at;
    }
    json.endArray();
    json.name("marks").beginArray();
    for (Mark each : marks) {
      json.value(micros(each.first.start() - start))
          .value(each.first.kind() == Span.Kind.CRASH ? 0 : 1)
          .value(each.first.call())
          .value(each.first.first())
          .value(each.count);
    }
    json.endArray();
  }
}
