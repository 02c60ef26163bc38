package io.github.poolmap.benchmarks;

import io.github.poolmap.Mapper;
import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Many short items and a few long ones, all computing, on two threads. Splitting the items up
 * before anything is known of them leaves the long ones to one thread.
 */
final class UnevenItems implements Benchmark {

  private static final int THREADS = 2;
  private static final double MICROS_PER_MILLI = 1e3;

  private static final List<Integer> SHORT = Collections.nCopies(190, 100);
  private static final List<Integer> LONG = Collections.nCopies(10, 20_000);

  @Override
  public String name() {
    return "uneven-items";
  }

  @Override
  public List<Result> measure(SideBySide sideBySide) throws Exception {
    Mapper<Integer, Integer> mapper = Tasks::compute;
    try (Pools pools = Pools.create();
        ParallelStream peer = new ParallelStream(THREADS, mapper)) {
      Pool<Integer, Integer> pool = pools.threads(THREADS);
      Contender ours = items -> pool.map(mapper, items);
      return List.of(
          sideBySide.measure(workload("long last", SHORT, LONG, ours, peer)),
          sideBySide.measure(workload("long first", LONG, SHORT, ours, peer)));
    }
  }

  private Workload workload(
      String order, List<Integer> first, List<Integer> then, Contender ours, Contender peer) {
    List<Integer> items = Stream.of(first, then).flatMap(List::stream).toList();
    double ideal = Ideal.evenlyShared(items, THREADS) / MICROS_PER_MILLI;
    return new Workload(name() + ", " + order, items, ideal, ours, peer);
  }
}
