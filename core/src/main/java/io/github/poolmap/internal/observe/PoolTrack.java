package io.github.poolmap.internal.observe;

import com.google.common.collect.MapMaker;
import io.github.poolmap.PoolKind;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Collects what happens when in the lanes of one pool. A thread that executes items itself, as that
 * of the caller of a serial pool, is a lane as well. Safe for use by many threads.
 */
public final class PoolTrack implements SpanSink {

  /** Callers have numbers too, behind those of all slots. */
  private static final int FIRST_CALLER = 1_000_000;

  /**
   * Threads of so many names have lanes by name. Where each has a name of its own, as those of
   * {@code new Thread()}, there would be no end of lanes: further ones share theirs, one after the
   * other.
   */
  static final int MOST_NAMES = 1_000;

  private static final String FURTHER_NAMES = "";

  private final Timeline timeline;
  private final String name;
  private final PoolKind kind;
  private final int workers;

  private final AtomicBoolean shown = new AtomicBoolean();
  private final Map<Integer, Lane> lanes = new ConcurrentHashMap<>();
  private final Map<String, Callers> callers = new ConcurrentHashMap<>();
  private final AtomicInteger callersLanes = new AtomicInteger();
  private final RunTimes runTimes = new RunTimes();
  private final SlowestItems slowest = new SlowestItems();

  PoolTrack(Timeline timeline, String name, PoolKind kind, int workers) {
    this.timeline = timeline;
    this.name = name;
    this.kind = kind;
    this.workers = workers;
  }

  @Override
  public boolean wantsCpuTimes() {
    return true;
  }

  @Override
  public void add(int slot, Span span) {
    lane(slot, span.worker()).add(span);
  }

  @Override
  public void addItem(int slot, Span item, @Nullable Object input) {
    slowest.offer(item, input);
    lane(slot, item.worker()).addItem(item);
  }

  private Lane lane(int slot, String worker) {
    if (kind == PoolKind.SERIAL || slot < 0) {
      return callersCalled(worker).laneOf(Thread.currentThread());
    }
    Lane known = lanes.get(slot);
    return known == null ? newLane(slot) : known;
  }

  private Callers callersCalled(String name) {
    Callers known = callers.get(name);
    if (known != null) {
      return known;
    }
    String key = callers.size() < MOST_NAMES ? name : FURTHER_NAMES;
    return callers.computeIfAbsent(key, absent -> new Callers());
  }

  private Lane newLane(int number) {
    if (!shown.getAndSet(true)) {
      timeline.show(this);
    }
    return lanes.computeIfAbsent(number, Lane::new);
  }

  Snapshot.Pool snapshot() {
    List<Snapshot.Lane> seen = new ArrayList<>();
    for (Lane each : lanes.values()) {
      Snapshot.Lane lane = each.snapshot();
      // One that has just come may be here before its first span.
      if (lane.totals().workers() > 0) {
        seen.add(lane);
      }
    }
    seen.sort(Comparator.comparingInt(Snapshot.Lane::slot));
    return new Snapshot.Pool(
        name, kind, workers, List.copyOf(seen), runTimes.counts(), slowest.inOrder());
  }

  /**
   * The lanes of threads that have the same name and execute items themselves. Each tells what it
   * did itself. Those of a thread that is no more go to the next one: a program may have a thread
   * for each call, and many at a time, so a new one looks at a few others only.
   */
  private final class Callers {

    private static final int LOOKED_AT = 8;

    private final Map<Thread, Lane> ofThreads = new MapMaker().weakKeys().makeMap();
    private final ArrayDeque<Caller> all = new ArrayDeque<>();

    private record Caller(WeakReference<Thread> thread, Lane lane) {

      boolean isGone() {
        Thread present = thread.get();
        return present == null || !present.isAlive();
      }
    }

    Lane laneOf(Thread thread) {
      Lane known = ofThreads.get(thread);
      return known == null ? newLaneOf(thread) : known;
    }

    private synchronized Lane newLaneOf(Thread thread) {
      Lane lane = null;
      for (int i = Math.min(all.size(), LOOKED_AT); i > 0 && lane == null; i--) {
        Caller before = all.removeFirst();
        if (before.isGone()) {
          lane = before.lane();
        } else {
          all.addLast(before);
        }
      }
      if (lane == null) {
        lane = newLane(FIRST_CALLER + callersLanes.getAndIncrement());
      }
      all.addLast(new Caller(new WeakReference<>(thread), lane));
      ofThreads.put(thread, lane);
      return lane;
    }
  }

  /** What one lane has done. */
  private final class Lane {

    private final int slot;

    // Guarded by this.
    private final List<Span> spans = new ArrayList<>();
    private final Totals.Sum sum = new Totals.Sum();
    private int itemsOfChunk;
    private long nanosOfItems;

    Lane(int slot) {
      this.slot = slot;
    }

    void addItem(Span item) {
      boolean admitted = timeline.admit();
      runTimes.add(item.nanos(), 1);
      synchronized (this) {
        itemsOfChunk++;
        nanosOfItems += item.nanos();
        keep(item, admitted);
      }
    }

    void add(Span span) {
      boolean admitted = timeline.admit();
      synchronized (this) {
        if (span.kind() == Span.Kind.RUN) {
          addShortItems(span);
        }
        keep(span, admitted);
      }
    }

    private void keep(Span span, boolean admitted) {
      sum.add(span);
      if (admitted) {
        spans.add(span);
      }
    }

    /** Of items that are not told of one by one only the average is known. */
    private void addShortItems(Span chunk) {
      int others = chunk.items() - itemsOfChunk;
      if (others > 0) {
        runTimes.add(Math.max(0, chunk.nanos() - nanosOfItems) / others, others);
      }
      itemsOfChunk = 0;
      nanosOfItems = 0;
    }

    Snapshot.Lane snapshot() {
      List<Span> copy;
      Totals totals;
      synchronized (this) {
        copy = new ArrayList<>(spans);
        totals = sum.totals();
      }
      // Of two that begin together the longer one is around the other, and a chunk around its item.
      copy.sort(
          Comparator.comparingLong(Span::start)
              .thenComparing(Comparator.comparingLong(Span::end).reversed())
              .thenComparing(span -> span.kind() == Span.Kind.ITEM));
      return new Snapshot.Lane(slot, copy, totals);
    }
  }
}
