package io.github.poolmap;

import java.time.Duration;
import java.util.Optional;

/** What the statistics of a pool say that its program could do better. */
final class Advice {

  /** Calls of so little time say nothing. */
  private static final Duration SHORTEST = Duration.ofMillis(100);

  /** Less than that is worth a word. */
  private static final double ENOUGH = 0.8;

  /** Items that take longer are not too small for anything. */
  private static final Duration SMALL = Duration.ofMillis(1);

  /** Calls of short tasks that compute have no more workers called. */
  private static final int MOST_USEFUL = 2 * Runtime.getRuntime().availableProcessors();

  private final PoolStats stats;
  private final double startUp;
  private final double busy;
  private final double handOver;
  private final double idle;

  private Advice(PoolStats stats) {
    this.stats = stats;
    double start = 0;
    double work = 0;
    double over = 0;
    double wait = 0;
    for (PoolStats.Slot slot : stats.slots()) {
      start += Amounts.seconds(slot.startUp());
      work += Amounts.seconds(slot.busy());
      over += Amounts.seconds(slot.handOver());
      wait += Amounts.seconds(slot.idleInCalls());
    }
    this.startUp = start;
    this.busy = work;
    this.handOver = over;
    this.idle = wait;
  }

  static Optional<String> on(PoolStats stats) {
    boolean says = stats.callTime().compareTo(SHORTEST) >= 0 && stats.runTimes().count() > 0;
    return says && stats.utilisation() < ENOUGH
        ? Optional.of(new Advice(stats).sentence())
        : Optional.empty();
  }

  private double total() {
    return startUp + busy + handOver + idle;
  }

  private String share(double part) {
    return Amounts.percent(total() == 0 ? 0 : part / total());
  }

  private static String amount(double seconds) {
    return Amounts.of(Duration.ofNanos(Math.round(seconds * 1e9)));
  }

  private String sentence() {
    boolean processes = stats.kind() == PoolKind.PROCESSES;
    if (startUp > busy && startUp >= handOver && startUp >= idle) {
      return "Starting workers took "
          + amount(startUp)
          + ", more than their "
          + amount(busy)
          + " of work: keep the pool for further calls"
          + (processes ? ", have spares with StartStrategy.standby(n)," : "")
          + " or use fewer workers.";
    }
    if (processes && handOver > busy && stats.runTimes().mean().compareTo(SMALL) < 0) {
      return "Items take "
          + Amounts.of(stats.runTimes().mean())
          + " on average and are too small for processes, where handing them over took "
          + share(handOver)
          + " of the time: use threads, or let each item do more.";
    }
    Optional<PoolStats.SlowItem> straggler = straggler();
    if (straggler.isPresent()) {
      PoolStats.SlowItem item = straggler.get();
      return "Item "
          + Amounts.of(item.index())
          + " of call "
          + item.call()
          + " took "
          + Amounts.of(item.duration())
          + " of the "
          + Amounts.of(stats.callTime())
          + " of all calls, and other workers had nothing to do meanwhile: split it up"
          + (item.index() == 0 ? "." : ", or put it first.");
    }
    String busyFor = "Workers were busy for " + share(busy) + " of the time only; ";
    if (handOver > idle && handOver > startUp) {
      return busyFor
          + share(handOver)
          + " went into handing over: "
          + (processes
              ? "send less with each item, for example by Pools.share, or let each do more."
              : "let each item do more.");
    }
    if (startUp > idle) {
      return busyFor
          + share(startUp)
          + " went into their starts: keep the pool for further calls, or use fewer workers.";
    }
    return busyFor
        + "they waited for items for "
        + share(idle)
        + " of it: there are fewer items at a time than workers, or the input or the reader of the"
        + " results is slow"
        + (processes && stats.workers() > MOST_USEFUL
            ? ", or short tasks that compute need no more of them: use fewer workers."
            : ".");
  }

  /** Returns the item that the end of the calls waited for, if there is one. */
  private Optional<PoolStats.SlowItem> straggler() {
    if (stats.slowest().isEmpty() || idle < handOver || idle < startUp) {
      return Optional.empty();
    }
    PoolStats.SlowItem slowest = stats.slowest().get(0);
    Duration took = slowest.duration();
    boolean dominates = took.compareTo(stats.callTime().dividedBy(3)) > 0;
    boolean isExceptional = took.compareTo(stats.runTimes().p50().multipliedBy(4)) > 0;
    return dominates && isExceptional && stats.runTimes().count() > stats.workers()
        ? Optional.of(slowest)
        : Optional.empty();
  }
}
