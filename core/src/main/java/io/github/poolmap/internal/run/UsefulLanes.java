package io.github.poolmap.internal.run;

import java.util.Map;

/**
 * Knows how many lanes at a time are of use to short tasks.
 *
 * <p>One more lane is of use because it does tasks while others pause. If none do, because tasks do
 * nothing but compute, it only takes processors from the others; and its worker, in which less is
 * compiled than in those that have done more, takes a millisecond or so for what they do in tenths
 * of one. So lanes beyond those that keep all processors busy make such a call longer. Long tasks
 * do not notice, and get all the lanes that the user asked for.
 *
 * <p>A pause is time in which a task neither computes nor waits for a processor. By that, {@code c}
 * processors are kept busy by {@code c * (computing + pausing) / computing} lanes. Twice as many
 * count as useful, since tasks differ.
 *
 * <p>Nobody has to rely on it, see {@link LaneCalls}. Guarded by the lock of the dispatcher.
 */
final class UsefulLanes {

  /** As many as there are. */
  static final int ALL = Integer.MAX_VALUE;

  private static final int LANES_A_CORE = 2;

  /** Beside tasks of this length what a lane costs does not show. */
  private static final long LONG_TASK_NANOS = 20_000_000;

  /**
   * To measure a chunk takes the parent some twenty microseconds, and the next one cannot be sent
   * ahead. So a function becomes known by chunks of this length.
   */
  private static final long SHORTEST_MEASURED_NANOS = 500_000;

  private static final int CHUNKS_BELIEVED = 4;
  private static final int ALL_MEASURED = 16;

  /** From then on its tasks may become others: one chunk of whatever length in so much work. */
  private static final long MEASURED_EVERY_NANOS = 4_000_000;

  /** So much of what was measured before is forgotten with each chunk. */
  private static final double FORGOTTEN = 1.0 / 8;

  private final int cores;

  private final Map<String, Measured> functions = new LatestFunctions<>();

  private static final class Measured {
    private int chunks;
    private long unmeasuredNanos;
    private double items;
    private double computed;
    private double paused;
  }

  UsefulLanes(int cores) {
    this.cores = cores;
  }

  /** Returns how many lanes are of use to short tasks that do nothing but compute. */
  static int toComputing(int cores) {
    return LANES_A_CORE * cores;
  }

  /**
   * A lane has got a chunk: tells whether it is to be measured.
   *
   * @param expectedNanos how long it will take, {@link ItemCost#UNKNOWN} if nobody knows
   * @param measurable whether it can be
   */
  boolean claimed(String function, long expectedNanos, boolean measurable) {
    Measured known = functions.get(function);
    if (known == null || known.chunks < ALL_MEASURED) {
      return measurable && expectedNanos >= SHORTEST_MEASURED_NANOS;
    }
    known.unmeasuredNanos += expectedNanos;
    if (!measurable || known.unmeasuredNanos < MEASURED_EVERY_NANOS) {
      return false;
    }
    known.unmeasuredNanos = 0;
    return true;
  }

  /** Tells whether the next chunk of a function should be one that can be measured. */
  boolean isMeasureDue(String function) {
    Measured known = functions.get(function);
    return known != null && known.unmeasuredNanos >= MEASURED_EVERY_NANOS;
  }

  /**
   * Takes in how long so many tasks have computed, and how long they have paused.
   *
   * @param computedNanos more than 0
   */
  void report(String function, int items, long computedNanos, long pausedNanos) {
    Measured known = functions.computeIfAbsent(function, f -> new Measured());
    known.chunks = Math.min(known.chunks + 1, ALL_MEASURED);
    known.items += items - known.items * FORGOTTEN;
    known.computed += computedNanos - known.computed * FORGOTTEN;
    known.paused += pausedNanos - known.paused * FORGOTTEN;
  }

  /** Returns how many lanes are of use to a function at most, {@link #ALL} if nobody knows. */
  int of(String function) {
    Measured known = functions.get(function);
    if (known == null || known.chunks < CHUNKS_BELIEVED) {
      return ALL;
    }
    double taskNanos = known.computed + known.paused;
    if (taskNanos >= LONG_TASK_NANOS * known.items) {
      return ALL;
    }
    return (int) Math.min(ALL, Math.round(toComputing(cores) * taskNanos / known.computed));
  }
}
