package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.InvokeAll;
import java.util.List;
import java.util.stream.Stream;

/**
 * A dozen sleeping items of very different lengths on four workers. It takes as long as it must
 * only if each item goes to the worker that is free first, and none waits behind another one.
 */
public final class GreedyMakespan implements Workload {

  private static final String THREADS = "map on threads(4)";
  private static final String PROCESSES = "map on processes(4)";
  private static final String INVOKE_ALL = "invokeAll";
  private static final String IDEAL = "ideal";
  private static final int WORKERS = 4;
  private static final int UNIT_MILLIS = 50;

  private static final List<Integer> ITEMS =
      Stream.of(1, 2, 1, 10, 3, 1, 4, 10, 1, 3, 2, 10).map(units -> units * UNIT_MILLIS).toList();

  @Override
  public String name() {
    return "greedy-makespan";
  }

  @Override
  public String title() {
    return "12 items that sleep 50 to 500 ms, on 4 workers";
  }

  @Override
  public int warmUps() {
    return 1;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(GreedyMakespan::open);
  }

  private static void open(Lineup lineup) {
    Pools pools = lineup.closing(Pools.create());
    Pool<Integer, Integer> threads = pools.threads(WORKERS);
    Pool<Integer, Integer> processes = pools.processes(WORKERS);
    InvokeAll executor = lineup.closing(new InvokeAll(WORKERS));
    lineup
        .add(Contender.ideal(IDEAL, Ideal.inOrder(ITEMS, WORKERS) / 1e3))
        .add(Contender.timed(THREADS, 1, () -> threads.map(Tasks::sleep, ITEMS), ITEMS::equals))
        .add(Contender.timed(PROCESSES, 1, () -> processes.map(Tasks::sleep, ITEMS), ITEMS::equals))
        .add(Contender.timed(INVOKE_ALL, 1, () -> executor.map(Tasks::sleep, ITEMS), ITEMS::equals))
        .line("threads, " + IDEAL, THREADS, IDEAL, Unit.TIME, null)
        .line("threads, " + INVOKE_ALL, THREADS, INVOKE_ALL, Unit.TIME, null)
        .line("processes, " + IDEAL, PROCESSES, IDEAL, Unit.TIME, null);
  }
}
