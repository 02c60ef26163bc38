package io.github.poolmap.internal.run;

import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Decides how many lanes are worth their start, where a start takes as long as the boot of a JVM.
 *
 * <p>One more lane pays if the calls would go on for longer than its start, were it not there. What
 * speaks for that, from the surest to the weakest:
 *
 * <ul>
 *   <li><b>Nobody works.</b> The first lane starts at once.
 *   <li><b>Work that is known.</b> Items that wait, times what those before them took, shared by
 *       the lanes that work or start. What an item takes is known from its own call, or else from
 *       an earlier call of this pool with a function of the same class.
 *   <li><b>All lanes are taken for longer than a start.</b> Then even an item of which nothing is
 *       known gets a lane of its own sooner from a new one.
 *   <li><b>Work that is to be expected.</b> Nobody knows how long an input goes on that is still
 *       being read, nor how many more calls come while others wait. What has gone on for some time
 *       is taken to go on for as long again.
 *   <li><b>Silence.</b> Each lane has been at its items for a while, longer than known items would
 *       explain, and none has ended. They may take for ever, or wait for an item that waits for a
 *       lane. So the number of lanes doubles with each look, without waiting for any of them.
 * </ul>
 *
 * <p>Starts compete for the cores: of many at a time each takes longer, which is counted in. A
 * wrong guess costs a start too many, or time in which a core was not used; never a call that does
 * not end, because silence needs no knowledge.
 *
 * <p>Guarded by the lock of the dispatcher.
 */
final class LaneDemand {

  /** As long as work waits that nobody comes for, it is worth another look after so long. */
  static final long LOOK_NANOS = 20_000_000;

  private static final long SHORTEST_SILENCE_NANOS = 20_000_000;
  private static final long LONGEST_SILENCE_NANOS = 100_000_000;

  /** A start that takes so long may be one that hangs, or have a long initializer. */
  private static final long SHORTEST_HUNG_START_NANOS = 2_000_000_000;

  private static final long LONGEST_HUNG_START_NANOS = 5_000_000_000L;

  /** So many times what a call has taken so far is believed to be still to come. */
  private static final int BELIEF = 8;

  /** Beyond one lane a core another is of no use unless items wait, so more has to speak for it. */
  private static final int BEYOND_CORES = 4;

  /** A start needs a core most of the time until it is so old. */
  private static final long YOUNG_START_NANOS = 500_000_000;

  private final int cores;
  private final LongSupplier clock;

  /** What an item took. */
  private final Map<String, Long> earlierCalls = new LatestFunctions<>();

  /** How long calls that have ended since work began to wait occupied lanes. */
  private long endedNanos;

  private boolean hungry;
  private boolean doubled;
  private long doubledAt;

  /**
   * Makes a decider that knows nothing yet.
   *
   * @param cores how many starts go on side by side without making each other slower
   * @param clock as {@link System#nanoTime()}
   */
  LaneDemand(int cores, LongSupplier clock) {
    this.cores = cores;
    this.clock = clock;
  }

  long now() {
    return clock.getAsLong();
  }

  /** A call has ended. */
  void ended(String function, ItemCost cost) {
    if (cost.meanNanos() != ItemCost.UNKNOWN) {
      earlierCalls.merge(function, cost.meanNanos(), (before, now) -> (before + now) / 2);
    }
    if (hungry) {
      endedNanos += cost.spentNanos();
    }
  }

  /** Somebody comes for all there is. */
  void satisfied() {
    hungry = false;
    endedNanos = 0;
  }

  /** Returns how long an item of this call takes, or {@link ItemCost#UNKNOWN}. */
  long itemNanos(String function, ItemCost cost) {
    return cost.itemNanos() != ItemCost.UNKNOWN
        ? cost.itemNanos()
        : earlierCalls.getOrDefault(function, ItemCost.UNKNOWN);
  }

  /**
   * Begins to look at how things are: there is work that nobody comes for.
   *
   * @param startNanos how long a start takes
   */
  Look look(long startNanos) {
    hungry = true;
    return new Look(startNanos);
  }

  /** How things are at a moment. */
  final class Look {

    private final long now = clock.getAsLong();
    private final long startNanos;
    private int working;
    private int starting;
    private int youngStarts;
    private double workNanos = endedNanos;

    /** How soon a lane can be expected to come, and since when none has been heard of. */
    private long freeIn = Long.MAX_VALUE;

    private long silence = Long.MAX_VALUE;
    private boolean startsHang = true;

    private Look(long startNanos) {
      this.startNanos = Math.max(1, startNanos);
    }

    /** A lane is being started. */
    void starting(long since) {
      starting++;
      youngStarts += now - since < YOUNG_START_NANOS ? 1 : 0;
      long hungAfter =
          Math.min(Math.max(8 * startNanos, SHORTEST_HUNG_START_NANOS), LONGEST_HUNG_START_NANOS);
      startsHang &= now - since >= hungAfter;
    }

    /** A lane has nothing to do, or has not come yet for what it has been called for. */
    void idle() {
      working++;
      silence = 0;
      freeIn = 0;
    }

    /**
     * A lane is at a chunk.
     *
     * @param since when it got it
     * @param expected how long it was to take, {@link ItemCost#UNKNOWN} if nobody knows
     */
    void working(long since, long expected) {
      working++;
      long age = now - since;
      boolean explained = age <= 2 * expected;
      silence = explained ? 0 : Math.min(silence, age);
      // What has taken longer than expected is taken to last as long again.
      freeIn = Math.min(freeIn, explained ? Math.max(0, expected - age) : age);
    }

    /**
     * Items wait.
     *
     * @param items how many of those that have been read
     * @param goesOn whether more are being read
     */
    void waiting(String function, ItemCost cost, double items, boolean goesOn) {
      double earlier = items * earlierCalls.getOrDefault(function, ItemCost.UNKNOWN);
      double known = earlier;
      if (cost.itemNanos() != ItemCost.UNKNOWN) {
        double own = items * cost.itemNanos();
        known = Math.min(own, Math.max(earlier, (double) BELIEF * cost.spentNanos()));
      }
      workNanos += goesOn ? Math.max(known, cost.spentNanos()) : known;
    }

    /**
     * Returns how many lanes to start.
     *
     * @param chunks how many could get a chunk of what waits
     */
    int starts(int chunks) {
      int most = Math.min(chunks, Math.max(0, mostYoungStarts() - youngStarts));
      int lanes = working + starting;
      int starts = lanes == 0 ? 1 : 0;
      while (starts < most && pays(lanes, starts)) {
        starts++;
      }
      if (starts < Math.min(lanes, most) && isSilent() && mayDouble()) {
        starts = Math.min(lanes, most);
        doubled = true;
        doubledAt = now;
      }
      return Math.min(starts, most);
    }

    private int mostYoungStarts() {
      return Math.max(3, 2 * cores);
    }

    /** Tells whether one more pays, beside those lanes and the starts decided upon. */
    private boolean pays(int lanes, int starts) {
      int competing = starting + starts + 1;
      double start = startNanos * Math.max(1, (double) competing / cores);
      if (lanes + starts >= cores) {
        start *= BEYOND_CORES;
      }
      double left = workNanos / (lanes + starts);
      // A lane that has been started comes for what waits first.
      boolean onlyLanesAtWork = starting + starts == 0;
      return onlyLanesAtWork ? freeIn > startNanos || left + freeIn > start : left > start;
    }

    private boolean isSilent() {
      long longEnough =
          Math.min(Math.max(startNanos / 4, SHORTEST_SILENCE_NANOS), LONGEST_SILENCE_NANOS);
      return working > 0 ? silence >= longEnough : starting > 0 && startsHang;
    }

    private boolean mayDouble() {
      return !doubled || now - doubledAt >= LOOK_NANOS / 2;
    }
  }
}
