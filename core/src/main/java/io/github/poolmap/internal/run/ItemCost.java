package io.github.poolmap.internal.run;

/**
 * How long an item of one call occupies its lane, as far as the chunks that have ended tell.
 *
 * <p>The first chunk of a worker says little: classes are loaded and interpreted in it. What it
 * took counts only as far as that cannot be the reason. Guarded by the lock of its run.
 */
final class ItemCost {

  /** Nothing is known. */
  static final long UNKNOWN = 0;

  /** So much of a worker's first chunk may be loading and interpreting. */
  private static final long WARM_UP_NANOS = 100_000_000;

  private long itemNanos = UNKNOWN;
  private long spentNanos;
  private int reports;
  private long sureNanos;
  private long sureItems;

  /**
   * Takes in what a chunk has cost.
   *
   * @param items how many there were
   * @param nanos how long they occupied the lane
   * @param first whether it was the first chunk of a worker
   */
  void report(int items, long nanos, boolean first) {
    spentNanos += nanos;
    long sure = first ? nanos - WARM_UP_NANOS : nanos;
    if (items == 0 || sure < 0) {
      return;
    }
    long each = Math.max(1, sure / items);
    sureNanos += sure;
    sureItems += items;
    reports++;
    if (itemNanos == UNKNOWN || (reports == 2 && each < itemNanos)) {
      itemNanos = each;
    } else {
      itemNanos = Math.max(1, itemNanos + (each - itemNanos) / 4);
    }
  }

  /** Returns how long an item takes of late, or {@link #UNKNOWN}. */
  long itemNanos() {
    return itemNanos;
  }

  /** Returns how long an item took on average, or {@link #UNKNOWN}. */
  long meanNanos() {
    return sureItems == 0 ? UNKNOWN : Math.max(1, sureNanos / sureItems);
  }

  /** Returns how long lanes have been occupied by this call so far. */
  long spentNanos() {
    return spentNanos;
  }
}
