package io.github.poolmap.benchmarks;

import io.github.poolmap.Mapper;
import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import java.util.List;
import java.util.stream.Stream;

/**
 * A dozen sleeping items of very different lengths on four workers. It takes as long as it must
 * only if each item goes to the worker that is free first, and none waits behind another one.
 */
final class GreedyMakespan implements Benchmark {

  private static final int WORKERS = 4;
  private static final int UNIT_MILLIS = 50;

  private static final List<Integer> ITEMS =
      Stream.of(1, 2, 1, 10, 3, 1, 4, 10, 1, 3, 2, 10).map(units -> units * UNIT_MILLIS).toList();

  @Override
  public String name() {
    return "greedy-makespan";
  }

  @Override
  public List<Result> measure(SideBySide sideBySide) throws Exception {
    Mapper<Integer, Integer> mapper = Tasks::sleep;
    double ideal = Ideal.inOrder(ITEMS, WORKERS);
    try (Pools pools = Pools.create();
        FixedExecutor peer = new FixedExecutor(WORKERS, mapper)) {
      Pool<Integer, Integer> threads = pools.threads(WORKERS);
      Pool<Integer, Integer> processes = pools.processes(WORKERS);
      return List.of(
          sideBySide.measure(
              new Workload(
                  name() + ", threads", ITEMS, ideal, items -> threads.map(mapper, items), peer)),
          sideBySide.measure(
              new Workload(
                  name() + ", processes",
                  ITEMS,
                  ideal,
                  items -> processes.map(mapper, items),
                  null)));
    }
  }
}
