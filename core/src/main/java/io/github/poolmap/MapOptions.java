package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How a call is carried out: immutable, each method returns a changed copy.
 *
 * <p>Given to a pool's builder they hold for all its calls, given to {@link Pool#with} for the
 * calls of that view. Safe for use by many threads.
 */
public final class MapOptions {

  private static final MapOptions DEFAULTS = new MapOptions(0, Duration.ofSeconds(1));

  /** The largest chunk that a pool hands over at once. */
  static final int MAX_CHUNK_SIZE = 1 << 20;

  /** 0 stands for "adaptive". */
  private final int chunkSize;

  private final Duration gracePeriod;

  private MapOptions(int chunkSize, Duration gracePeriod) {
    this.chunkSize = chunkSize;
    this.gracePeriod = gracePeriod;
  }

  /**
   * Returns the options that a pool has when nothing else is said.
   *
   * @return adaptive chunks, a grace period of one second
   */
  public static MapOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Sets how many consecutive items a worker is handed at a time.
   *
   * <p>By default the size adapts to the time that the items take, afresh in each call, which is
   * right for nearly every work. Large chunks save hand-overs, at the price of an uneven end: the
   * worker that holds the last chunk keeps the others waiting.
   *
   * @param items 1 to 1,048,576; more than there are inputs means all of them in one chunk
   * @return the changed copy
   * @throws IllegalArgumentException if it is out of that range
   */
  public MapOptions chunkSize(int items) {
    if (items < 1 || items > MAX_CHUNK_SIZE) {
      throw new IllegalArgumentException(
          "chunkSize = " + items + " is out of range: allowed are 1 to " + MAX_CHUNK_SIZE);
    }
    return new MapOptions(items, gracePeriod);
  }

  /**
   * Sets how long items that have to stop may take to heed their interrupt.
   *
   * <p>After it a worker process is killed; a thread is left behind and replaced. The default is
   * one second.
   *
   * @param grace zero or more, at most one day
   * @return the changed copy
   * @throws IllegalArgumentException if it is out of that range
   */
  public MapOptions gracePeriod(Duration grace) {
    requireNonNull(grace, "gracePeriod");
    if (grace.isNegative() || grace.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "gracePeriod = " + grace + " is out of range: allowed are PT0S to PT24H");
    }
    return new MapOptions(chunkSize, grace);
  }

  /**
   * Returns the fixed chunk size.
   *
   * @return the number of items, or empty if chunks adapt
   */
  public OptionalInt chunkSize() {
    return chunkSize == 0 ? OptionalInt.empty() : OptionalInt.of(chunkSize);
  }

  /**
   * Returns the grace period.
   *
   * @return zero or more
   */
  public Duration gracePeriod() {
    return gracePeriod;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapOptions that
        && chunkSize == that.chunkSize
        && gracePeriod.equals(that.gracePeriod);
  }

  @Override
  public int hashCode() {
    return 31 * chunkSize + gracePeriod.hashCode();
  }

  @Override
  public String toString() {
    return "MapOptions[chunkSize="
        + (chunkSize == 0 ? "adaptive" : Integer.toString(chunkSize))
        + ", gracePeriod="
        + gracePeriod
        + "]";
  }
}
