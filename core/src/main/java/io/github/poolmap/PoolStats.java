package io.github.poolmap;

import java.util.Optional;

/**
 * What a pool has done since it was made, as it was at one moment. Views and handles that share
 * workers share their statistics.
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
    Optional<String> decision) {

  @Override
  public String toString() {
    return pool
        + ": "
        + calls
        + " calls, "
        + items
        + " items ended ("
        + failures
        + " failed), "
        + retries
        + " retries, "
        + crashes
        + " crashes; "
        + liveWorkers
        + " of "
        + workers
        + " workers live"
        + (shippedClasses == 0
            ? ""
            : "; " + shippedClasses + " classes shipped (" + shippedBytes + " bytes)")
        + decision.map(text -> "; " + text).orElse("");
  }
}
