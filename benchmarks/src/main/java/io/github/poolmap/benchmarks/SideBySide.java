package io.github.poolmap.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures the contenders of a workload in alternation, so that what disturbs the machine for a
 * while disturbs both. Who begins changes from round to round.
 *
 * @param warmUpRounds rounds that are not counted, in which workers start and code is compiled
 * @param rounds rounds that are
 */
record SideBySide(int warmUpRounds, int rounds) {

  private static final double NANOS_PER_MILLI = 1e6;

  /** Runs all rounds and gives the medians. */
  Result measure(Workload workload) throws Exception {
    Contender peer = workload.peer();
    List<Double> ours = new ArrayList<>();
    List<Double> peers = new ArrayList<>();
    for (int round = -warmUpRounds; round < rounds; round++) {
      boolean peerBegins = round % 2 != 0;
      if (peer != null && peerBegins) {
        peers.add(millis(workload, peer));
      }
      ours.add(millis(workload, workload.ours()));
      if (peer != null && !peerBegins) {
        peers.add(millis(workload, peer));
      }
      if (round < 0) {
        ours.clear();
        peers.clear();
      }
    }
    return new Result(
        workload.name(),
        Median.of(ours),
        peer == null ? null : Median.of(peers),
        workload.idealMillis());
  }

  private static double millis(Workload workload, Contender contender) throws Exception {
    long start = System.nanoTime();
    List<Integer> results = contender.map(workload.items());
    double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
    if (!results.equals(workload.items())) {
      throw new IllegalStateException(workload.name() + ": wrong results: " + results);
    }
    return millis;
  }
}
