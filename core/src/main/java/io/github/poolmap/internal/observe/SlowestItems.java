package io.github.poolmap.internal.observe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the slowest items of a pool with their inputs. Safe for use by many threads: most items are
 * turned away by one look at a field.
 */
final class SlowestItems {

  static final int MOST = 10;

  private static final int MOST_CHARACTERS = 200;

  /** An item and what it was made of. */
  record Item(Span span, @Nullable Object input) {

    /** Describes the input. Runs user code, which may throw anything. */
    String describeInput() {
      try {
        String text = String.valueOf(input);
        return Texts.cut(text, MOST_CHARACTERS);
      } catch (Throwable t) {
        return "(its toString() threw " + t.getClass().getName() + ")";
      }
    }
  }

  private final PriorityQueue<Item> items =
      new PriorityQueue<>(Comparator.comparingLong(item -> item.span().nanos()));

  /** What takes no longer than this is not among the slowest. */
  private volatile long bar = -1;

  void offer(Span span, @Nullable Object input) {
    if (span.nanos() <= bar) {
      return;
    }
    synchronized (items) {
      items.add(new Item(span, input));
      if (items.size() > MOST) {
        items.poll();
      }
      Item fastest = items.peek();
      if (items.size() == MOST && fastest != null) {
        bar = fastest.span().nanos();
      }
    }
  }

  /** Returns them, the slowest first. */
  List<Item> inOrder() {
    List<Item> copy;
    synchronized (items) {
      copy = new ArrayList<>(items);
    }
    copy.sort(
        Comparator.<Item>comparingLong(item -> item.span().nanos())
            .reversed()
            .thenComparingLong(item -> item.span().start()));
    return copy;
  }
}
