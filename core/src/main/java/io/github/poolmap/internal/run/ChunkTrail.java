package io.github.poolmap.internal.run;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a chunk was, and when, and what there is to see of it.
 *
 * <p>Written by the thread of its lane. Copies of a chunk have the same one: the lane, and who gave
 * it up, may both come to tell of it, and one of them does.
 */
final class ChunkTrail {

  /**
   * Items that are quicker on average are not looked at one by one, even if each has been measured:
   * that would take longer than they do.
   */
  private static final long LOOKED_AT_NANOS = 5_000;

  private int slot = Chunk.NESTED;
  private long pid;

  /** What adds up the time of the lane; null if nobody wants to know. */
  private @Nullable LaneClock clock;

  private @Nullable Object begun;
  private long takenAt;
  private long runStart;
  private long runEnd;
  private long cpuNanos = Chunk.UNKNOWN;
  private boolean isFollowed;
  private long bytesSent;
  private long bytesReceived;
  private @Nullable BitSet failed;
  private boolean told;

  int slot() {
    return slot;
  }

  long pid() {
    return pid;
  }

  void placeIn(int newSlot, long newPid) {
    slot = newSlot;
    pid = newPid;
  }

  void taken(long now, LaneClock laneClock, @Nullable Object observed) {
    takenAt = now;
    clock = laneClock;
    begun = observed;
  }

  void running(long now) {
    runStart = now;
    if (clock != null) {
      clock.running(now);
    }
  }

  void inRow(long since, boolean followed) {
    if (since - takenAt > 0) {
      takenAt = since;
    }
    isFollowed = followed;
  }

  void ran(long start, long end) {
    runStart = start;
    runEnd = end;
    if (clock != null) {
      clock.ran(start, end, isFollowed);
    }
  }

  /** The same, if it began at all, but not by the thread of the lane. */
  void ranUntil(long end) {
    if (runStart != 0) {
      runEnd = end;
    }
  }

  void computed(long nanos) {
    cpuNanos = nanos;
  }

  void sent(long more) {
    bytesSent += more;
  }

  void received(long more) {
    bytesReceived += more;
  }

  void fail(int position) {
    BitSet failures = failed;
    if (failures == null) {
      failures = new BitSet();
      failed = failures;
    }
    failures.set(position);
  }

  /** False if it has been told of. */
  private synchronized boolean tellOnce() {
    boolean first = !told;
    told = true;
    return first;
  }

  /** Tells what the worker did with a chunk, once, if it did anything. */
  void tellOf(Chunk<?> chunk) {
    if (runEnd == 0 || slot == Chunk.NESTED || !tellOnce()) {
      return;
    }
    PoolEvents events = chunk.run().context().events().ofPool();
    Executed executed = new Executed(chunk);
    events.meter().ran(slot, executed.count, bytesSent, bytesReceived, executed);
    LaneObserver observer = events.observer();
    if (observer != null) {
      events.guarded(() -> executed.tell(observer));
    }
  }

  /** The items of a chunk that a worker has come to. */
  private final class Executed implements PoolMeter.Report {

    private final Chunk<?> chunk;
    private final long call;
    private final int count;

    /** What was measured of them altogether. */
    private final long known;

    /** The one item that was not measured, because it did not end by itself; -1 if none. */
    private final int rest;

    Executed(Chunk<?> chunk) {
      this.chunk = chunk;
      this.call = chunk.run().context().events().number();
      this.count = chunk.executed();
      long measured = 0;
      int unmeasured = 0;
      int last = -1;
      if (chunk.isTimed() || count == 1) {
        for (int i = 0; i < chunk.size(); i++) {
          long took = chunk.isOpen(i) ? 0 : chunk.nanos(i);
          measured += took;
          if (took == 0 && !chunk.isOpen(i)) {
            unmeasured++;
            last = i;
          }
        }
      }
      this.known = measured;
      this.rest = unmeasured == 1 ? last : -1;
    }

    /** Returns how long an item took, 0 if that is not known or it was not executed. */
    private long nanos(int position) {
      if (position == rest) {
        return Math.max(0, runEnd - runStart - known);
      }
      return chunk.isOpen(position) ? 0 : chunk.nanos(position);
    }

    private boolean isKnownOneByOne() {
      return known > 0 || rest >= 0;
    }

    @Override
    public void addTo(PoolMeter meter) {
      if (count == 0) {
        return;
      }
      if (chunk.since() != 0) {
        meter.waited(runStart - chunk.since(), count);
      }
      long mean = (runEnd - runStart) / count;
      if (!isKnownOneByOne() || (count > 1 && mean < LOOKED_AT_NANOS)) {
        meter.took(mean, count);
        return;
      }
      for (int i = 0; i < chunk.size(); i++) {
        if (!chunk.isOpen(i)) {
          long took = nanos(i);
          meter.took(took, 1);
          if (meter.isSlow(took)) {
            meter.slow(call, chunk.index(i), took, chunk.worker(), chunk.input(i));
          }
        }
      }
    }

    void tell(LaneObserver observer) {
      long least = observer.itemNanos();
      // What the worker did beside the items is taken to be spread evenly.
      long gap = rest >= 0 || count == 0 ? 0 : Math.max(0, runEnd - runStart - known) / count;
      long start = runStart;
      for (int i = 0; i < chunk.size() && isKnownOneByOne(); i++) {
        if (chunk.isOpen(i)) {
          continue;
        }
        long took = nanos(i);
        start += gap;
        if (took >= least) {
          observer.ran(
              new LaneObserver.ItemSpan(
                  slot,
                  chunk.worker(),
                  pid,
                  call,
                  chunk.index(i),
                  start,
                  start + took,
                  failed != null && failed.get(i),
                  chunk.input(i)));
        }
        start += took;
      }
      observer.ran(
          begun,
          new LaneObserver.ChunkSpan(
              slot,
              chunk.worker(),
              pid,
              call,
              chunk.index(0),
              chunk.size(),
              count,
              failed == null ? 0 : failed.cardinality(),
              takenAt,
              runStart,
              runEnd,
              isFollowed ? runEnd : System.nanoTime(),
              cpuNanos,
              bytesSent,
              bytesReceived));
    }
  }
}
