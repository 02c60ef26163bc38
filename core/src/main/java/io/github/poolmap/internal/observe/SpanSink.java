package io.github.poolmap.internal.observe;

import org.jspecify.annotations.Nullable;

/**
 * Takes in what the workers of one pool did, and when. Safe for use by many threads, quick, and
 * runs no user code in these methods. Times are those of {@link System#nanoTime()} in this JVM.
 */
public interface SpanSink {

  /** Tells whether it wants to know how long workers have computed, which costs a look or two. */
  default boolean wantsCpuTimes() {
    return false;
  }

  /** Returns from which duration on it wants single items, in nanoseconds. */
  default long itemNanos() {
    return 1_000_000;
  }

  /**
   * A worker has done something for some time, or something has happened to it. It was idle when it
   * did nothing of these.
   *
   * @param slot the number of the worker in its pool, from 0; -1 for callers that executed items
   *     themselves in a task of another pool
   * @param span what it did, no {@link Span.Kind#ITEM}
   */
  void add(int slot, Span span);

  /**
   * A worker has executed an item that took {@link #itemNanos} or more. Comes before the span of
   * its chunk.
   *
   * @param slot the number of the worker, as above
   * @param item when it did
   * @param input the item's input; describing it runs user code, so not here
   */
  void addItem(int slot, Span item, @Nullable Object input);
}
