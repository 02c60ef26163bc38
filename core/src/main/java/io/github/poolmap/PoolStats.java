package io.github.poolmap;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a pool has done since it was made, as it was at one moment. Views and handles that share
 * workers share their statistics. What pools give cannot be changed.
 *
 * <p>All times are measured where they are spent, each by the clock of whoever spends it: what a
 * worker process says of its tasks is by the clock of that process. What was under way counts as
 * far as it had come. What a task inside a task of the same pool does is part of the outer one.
 *
 * @param pool the name of the pool
 * @param kind what its workers are
 * @param workers how many items it runs at a time at most; for {@link Pools#auto()} as chosen now
 * @param liveWorkers how many workers there are now; they start on demand and end when idle
 * @param calls how many calls have begun
 * @param items how many items have ended, failed ones included
 * @param failures how many of them have failed
 * @param retries how many attempts were made beside the first one of each item
 * @param crashes how many worker processes have died with an item
 * @param shippedClasses how many classes and other resources worker processes have fetched from
 *     this program, because their class path lacks them
 * @param shippedBytes how many bytes these were
 * @param decision for {@link Pools#auto()} what was measured and chosen, once it has been; empty
 *     for other pools
 * @param callTime for how long at least one call was under way
 * @param runTimes how long items took, each attempt for itself, in worker processes without the
 *     time on the way. Items that take less than some 20 microseconds are not measured one by one
 *     where a chunk has more of them, and count with the mean of their chunk
 * @param waitTimes how long items waited from when they could be begun, because they had been read,
 *     until the worker began with the chunk that they were in. Further attempts do not count
 * @param slots the workers that there have been, in the order of their numbers; one slot may have
 *     had several, one after the other
 * @param slowest the items that took longest of those that were measured one by one, at most 10,
 *     the slowest first
 */
public record PoolStats(
    String pool,
    PoolKind kind,
    int workers,
    int liveWorkers,
    long calls,
    long items,
    long failures,
    long retries,
    long crashes,
    long shippedClasses,
    long shippedBytes,
    Optional<String> decision,
    Duration callTime,
    Distribution runTimes,
    Distribution waitTimes,
    List<Slot> slots,
    List<SlowItem> slowest) {

  /**
   * What the workers with one number did. Start-up, busy, hand-over and idle time together are the
   * time for which there was a worker, or one was being started.
   *
   * @param index the number of the worker in the pool, from 0. A {@link SerialPool} has one slot
   *     for all threads that call it. Slot -1 stands for tasks of other pools that made calls and
   *     did the work themselves; slots beyond the number of workers are for calls inside tasks
   * @param worker the name of the last one, for a process with its pid
   * @param isLive whether there is one now, or one is being started
   * @param starts how often a worker was started here
   * @param tasks how many items it came to, each attempt for itself
   * @param startUp for how long the slot waited for a worker to start, its initializer included.
   *     While a successor starts in the background its predecessor works, and that counts
   * @param busy for how long the worker was at chunks of items, those included of which it died and
   *     those that were stopped. In a process that is without the time on the way, which of a chunk
   *     under way is not known: what counts here may turn out to have been hand-over
   * @param handOver for how long the slot had chunks, but the worker was not at one: reading and
   *     writing values in this JVM, and the way there and back
   * @param idle for how long there was a worker that had nothing to do, between calls, too. Callers
   *     of a {@link SerialPool} are never idle
   * @param idleInCalls how much of that was while at least one call was under way
   * @param bytesSent how many bytes of functions and inputs were sent to worker processes
   * @param bytesReceived how many bytes of results came back
   * @param crashes how many workers died with an item
   * @param retries how many attempts that failed here were followed by another one, here or
   *     elsewhere
   */
  public record Slot(
      int index,
      String worker,
      boolean isLive,
      long starts,
      long tasks,
      Duration startUp,
      Duration busy,
      Duration handOver,
      Duration idle,
      Duration idleInCalls,
      long bytesSent,
      long bytesReceived,
      long crashes,
      long retries) {

    /**
     * Returns which share of the time in which calls were under way and there was a worker, or one
     * was being started, went into tasks.
     *
     * @return from 0 to 1; 1 if there was no such time
     */
    public double utilisation() {
      return share(
          Amounts.seconds(busy),
          Amounts.seconds(startUp) + Amounts.seconds(handOver) + Amounts.seconds(idleInCalls));
    }
  }

  /**
   * An item that took long.
   *
   * @param call the number of its call, from 1
   * @param index its position in the input, from 0
   * @param duration how long it took
   * @param worker the name of the worker that had it
   * @param input the input's {@code toString()}, cut to 200 characters; its class if the input of
   *     an item that took less than a millisecond is not there any more
   */
  public record SlowItem(long call, long index, Duration duration, String worker, String input) {}

  private static double share(double part, double others) {
    return part + others == 0 ? 1 : part / (part + others);
  }

  private double seconds(Function<Slot, Duration> of) {
    return slots.stream().mapToDouble(slot -> Amounts.seconds(of.apply(slot))).sum();
  }

  /**
   * Returns which share of the time in which calls were under way the workers that there were spent
   * in tasks. What else they did: start up, hand over, idle.
   *
   * @return from 0 to 1; 1 if there was no such time
   */
  public double utilisation() {
    return share(
        seconds(Slot::busy),
        seconds(Slot::startUp) + seconds(Slot::handOver) + seconds(Slot::idleInCalls));
  }

  /**
   * Returns how long a single worker would have taken for all that the workers did, had it taken as
   * long for each task as they did, which share the machine.
   *
   * @return the time that all workers together were busy
   */
  public Duration serialTime() {
    return slots.stream().map(Slot::busy).reduce(Duration.ZERO, Duration::plus);
  }

  /**
   * Returns how many times as fast the calls were as a single worker would have been.
   *
   * @return {@link #serialTime} by {@link #callTime}; 1 if there was no call
   */
  public double speedUp() {
    return callTime.isZero() ? 1 : seconds(Slot::busy) / Amounts.seconds(callTime);
  }

  /**
   * Returns what could be done, if something is off that the figures show: starts that take longer
   * than the tasks, items that are too small for processes, one item that the others waited for, or
   * workers that were busy for less than 80 % of the time. It takes a tenth of a second of calls to
   * say anything.
   *
   * @return a sentence; empty if nothing is off
   */
  public Optional<String> advice() {
    return Advice.on(this);
  }

  /** Returns all of it as text of several lines, for people; its form may change. */
  @Override
  public String toString() {
    return StatsText.of(this);
  }
}
