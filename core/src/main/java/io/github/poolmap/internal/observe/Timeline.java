package io.github.poolmap.internal.observe;

import io.github.poolmap.PoolKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Collects what happens when in the lanes of some pools. Safe for use by many threads, and cheap:
 * each lane has a lock of its own.
 *
 * <p>It keeps so many spans and no more; of those that come later it counts how many there were.
 * Sums, run times and the slowest items go on.
 */
public final class Timeline {

  /**
   * Shorter items have no span of their own, and count as long as those of their chunk on average.
   */
  public static final long SHORTEST_ITEM_NANOS = 1_000_000;

  private final int most;
  private final AtomicInteger kept = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();
  private final long startNanos = System.nanoTime();
  private final Instant startTime = Instant.now();
  private final List<PoolTrack> pools = new CopyOnWriteArrayList<>();

  /**
   * Makes an empty one.
   *
   * @param most how many spans it keeps
   */
  public Timeline(int most) {
    this.most = most;
  }

  /**
   * Begins to watch a pool, which shows from its first span on.
   *
   * @param workers how many items it runs at a time at most; 0 if that changes
   */
  public PoolTrack watch(String name, PoolKind kind, int workers) {
    return new PoolTrack(this, name, kind, workers);
  }

  void show(PoolTrack pool) {
    pools.add(pool);
  }

  /** Tells whether another span may be kept; one that may not is counted. */
  boolean admit() {
    // Looked at first, so that the number cannot overflow.
    if (kept.get() < most && kept.getAndIncrement() < most) {
      return true;
    }
    dropped.increment();
    return false;
  }

  /** Returns what there is at this moment; lanes go on meanwhile. */
  public Snapshot snapshot() {
    List<Snapshot.Pool> seen = new ArrayList<>();
    for (PoolTrack each : pools) {
      Snapshot.Pool pool = each.snapshot();
      if (!pool.lanes().isEmpty()) {
        seen.add(pool);
      }
    }
    return new Snapshot(startTime, startNanos, List.copyOf(seen), most, dropped.sum());
  }
}
