package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Mapper;
import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.Loop;
import io.github.poolmap.benchmarks.peers.PythonScript;
import io.github.poolmap.benchmarks.peers.PythonScript.Needs;
import io.github.poolmap.benchmarks.peers.TwoThreads;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The computing tasks of the demonstration on two workers, beside a loop on two threads. */
public final class Demonstration implements Workload {

  private static final String THREADS = "map on threads(2)";
  private static final String PROCESSES = "map on processes(2)";
  private static final String HAND_WRITTEN = "hand-written loop on two threads";
  private static final String LOOP = "plain loop";
  private static final String POOL = "Python Pool.map (fork)";
  private static final String PYTHON_LOOP = "Python, plain loop";
  private static final int WORKERS = 2;
  private static final int TASKS = 10;
  private static final int PYTHON_TERMS = 100_000;

  @Override
  public String name() {
    return "demonstration";
  }

  @Override
  public String title() {
    return "10 computing tasks on 2 workers";
  }

  @Override
  public int rounds() {
    return 15;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(Demonstration::open);
  }

  private static void open(Lineup lineup) throws Exception {
    List<Integer> items = Collections.nCopies(TASKS, lineup.settings().size(4_000_000, 2_000_000));
    List<Double> expected = Collections.nCopies(TASKS, Tasks.cpuCostly(items.get(0)));
    Mapper<Integer, Double> mapper = Tasks::cpuCostly;
    Pools pools = lineup.closing(Pools.create());
    Pool<Integer, Double> threads = pools.threads(WORKERS);
    Pool<Integer, Double> processes = pools.processes(WORKERS);
    TwoThreads twoThreads = lineup.closing(new TwoThreads());
    lineup
        .add(
            Contender.timed(HAND_WRITTEN, 1, () -> twoThreads.map(mapper, items), expected::equals))
        .add(Contender.timed(THREADS, 1, () -> threads.map(mapper, items), expected::equals))
        .add(Contender.timed(PROCESSES, 1, () -> processes.map(mapper, items), expected::equals))
        .add(Contender.timed(LOOP, 1, () -> Loop.map(mapper, items), expected::equals));
    Map<String, Integer> numbers = Map.of("items", TASKS, "terms", PYTHON_TERMS);
    PythonScript.in(lineup)
        .add(POOL, Needs.NOTHING, "computing", "fork", WORKERS, numbers)
        .add(PYTHON_LOOP, Needs.NOTHING, "computing", "serial", WORKERS, numbers);
    lineup
        .line(
            "threads, hand-written loop", THREADS, HAND_WRITTEN, Unit.TIME, Goal.atMostTimes(1.03))
        .line(
            "processes, hand-written loop",
            PROCESSES,
            HAND_WRITTEN,
            Unit.TIME,
            Goal.atMostTimes(1.08))
        .line("threads, plain loop", THREADS, LOOP, Unit.TIME, null)
        .line("hand-written loop, plain loop", HAND_WRITTEN, LOOP, Unit.TIME, null)
        .line("Python Pool, its plain loop", POOL, PYTHON_LOOP, Unit.TIME, null);
  }
}
