package io.github.poolmap.internal.run;

import java.util.OptionalInt;
import java.util.function.IntSupplier;

/**
 * Decides how many items the next chunk of one call has.
 *
 * <p>It starts with single items and learns from what the workers report. A chunk shall be long
 * enough that handing it over costs at most a twentieth of it, and not so long that it lasts more
 * than 20 ms, has many more outcomes than a worker can hand back at once, or leaves other lanes
 * idle at the end. Time is taken in the worker, so that waiting for each other is not mistaken for
 * work. Guarded by the lock of its run.
 */
final class ChunkSizer {

  private static final int HANDOVERS_PER_CHUNK = 20;
  private static final long LONGEST_CHUNK_NANOS = 20_000_000;
  private static final int GROWTH = 8;

  /** To measure an item takes three looks at the clock, less than a hundredth of this. */
  private static final long MEASURED_NANOS = 20_000;

  /** Longer items may be worth their hand-over. */
  private static final int SMALLEST_GATHERED = 32;

  /** For more lanes there are always few. */
  private static final int MOST_GATHERING = 32;

  /** To be so many times too small makes the hand-over a fifth of what a chunk costs. */
  private static final int FEW = 4;

  /** As large as a fixed chunk may be; the ledger of a worker numbers items with 24 bits. */
  private static final int LARGEST = 1 << 20;

  /** Of large outcomes so many are worth a hand-over though they do not come back at once. */
  private static final int FITTING_ANYWAY = 64;

  private final int fixed;
  private final int most;
  private final IntSupplier lanes;
  private final IntSupplier sharers;

  private int last = 1;
  private long itemNanos;
  private long slowItemNanos;
  private long handoverNanos;
  private long fitting = LARGEST;
  private boolean informed;

  /**
   * Makes a sizer.
   *
   * @param fixed the size that the user wants
   * @param inFlight how many items may be under way
   * @param lanes how many lanes there are at the moment
   * @param sharers how many of them share the items, as far as is known
   */
  ChunkSizer(OptionalInt fixed, OptionalInt inFlight, IntSupplier lanes, IntSupplier sharers) {
    this.fixed = fixed.orElse(0);
    this.most = inFlight.orElse(Integer.MAX_VALUE);
    this.lanes = lanes;
    this.sharers = sharers;
  }

  /**
   * Returns how many items to take.
   *
   * @param available items that are there
   */
  int next(int available) {
    if (fixed > 0) {
      return Math.min(Math.min(fixed, most), available);
    }
    return next(available, wish(), sharers.getAsInt());
  }

  private int next(int available, int wish, int sharing) {
    // The guided tail: what is left is shared out so finely that nobody has to wait long at the
    // end.
    long size = Math.min(wish, available / (2L * sharing));
    // The others may come all the same, and the last items wait for one another.
    size = Math.min(size, available - lanes.getAsInt());
    return (int) Math.min(Math.max(size, 1), available);
  }

  /** Returns how many items a chunk should have, were there any number of them. */
  int wish() {
    if (fixed > 0) {
      return Math.min(fixed, most);
    }
    if (!informed) {
      return 1;
    }
    long size = handoverNanos * HANDOVERS_PER_CHUNK / itemNanos;
    size = Math.min(size, LONGEST_CHUNK_NANOS / slowItemNanos);
    size = Math.min(size, Math.min(fitting, (long) last * GROWTH));
    size = Math.min(size, most / (2L * lanes.getAsInt()));
    return (int) Math.max(size, 1);
  }

  /** Returns how many chunks the items make up at most. */
  int chunks(int items) {
    return fixed > 0 ? (int) (((long) items + fixed - 1) / fixed) : items;
  }

  /** Takes in what a chunk has cost: time in the worker, and time for handing it over. */
  void report(int items, long workerNanos, long handoverNanos) {
    if (items == 0 || workerNanos == Chunk.UNKNOWN) {
      return;
    }
    long each = Math.max(1, workerNanos / items);
    long handover =
        handoverNanos == Chunk.UNKNOWN ? this.handoverNanos : Math.max(1, handoverNanos);
    if (informed) {
      itemNanos += (each - itemNanos) / 4;
      // Slow items are believed at once and forgotten slowly.
      slowItemNanos = Math.max(each, slowItemNanos - slowItemNanos / 8);
      // Hand-overs are disturbed upwards only (a scheduler's pause), so the low ones count.
      this.handoverNanos =
          handover < this.handoverNanos
              ? handover
              : this.handoverNanos + (handover - this.handoverNanos) / 16;
    } else {
      itemNanos = each;
      slowItemNanos = each;
      this.handoverNanos = handover;
      informed = true;
    }
    itemNanos = Math.max(1, itemNanos);
    last = Math.max(last, items);
  }

  /**
   * So many outcomes such as those of a chunk can be handed back at once.
   *
   * @param certain whether so many were handed back that it may be less than was believed
   */
  void outcomesFit(int items, boolean certain) {
    // Few are believed at once and forgotten slowly.
    long forgotten = Math.min(items, fitting + fitting / 8);
    fitting = Math.max(certain ? FITTING_ANYWAY : fitting, Math.min(LARGEST, forgotten));
  }

  /**
   * Tells whether so few items are there that a chunk of them would be far from what it should be,
   * of items that are so short that this is worth a short wait for more.
   */
  boolean areFew(int available) {
    if (fixed > 0 || !informed) {
      return false;
    }
    int wish = wish();
    int sharing = sharers.getAsInt();
    return wish >= SMALLEST_GATHERED
        && sharing <= MOST_GATHERING
        && next(available, wish, sharing) < wish / FEW;
  }

  /** Tells whether items take so long, or may, that measuring each of them does not show. */
  boolean timeIsMeasuredForNothing() {
    return !informed || itemNanos >= MEASURED_NANOS;
  }

  /** Tells whether chunks are so short that their hand-over shows. */
  boolean handoverShows(int size) {
    return informed && size * itemNanos < 10 * handoverNanos;
  }
}
