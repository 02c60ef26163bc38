package io.github.poolmap.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * What was measured of a workload, in milliseconds.
 *
 * @param workload the name of the workload
 * @param ours the median of Poolmap's times
 * @param peer the median of the peer's times, null without a peer
 * @param ideal the time that nobody can beat
 */
record Result(String workload, double ours, @Nullable Double peer, double ideal) {

  /** How many times as long as the peer Poolmap took, null without a peer. */
  @Nullable Double toPeer() {
    return peer == null ? null : ours / peer;
  }

  /** How many times as long as the ideal Poolmap took. */
  double toIdeal() {
    return ours / ideal;
  }
}
