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
import io.github.poolmap.benchmarks.peers.Collectors;
import io.github.poolmap.benchmarks.peers.InvokeAll;
import io.github.poolmap.benchmarks.peers.Loop;
import io.github.poolmap.benchmarks.peers.MapConcurrent;
import io.github.poolmap.benchmarks.peers.ParallelStream;
import io.github.poolmap.benchmarks.peers.PythonScript;
import io.github.poolmap.benchmarks.peers.PythonScript.Needs;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A million trivial items on as many threads as there are cores. */
public final class TrivialOnThreads implements Workload {

  private static final String OURS = "map on threads()";
  private static final String STREAM = "parallelStream";
  private static final String LOOP = "plain loop";
  private static final String INVOKE_ALL = "invokeAll";
  private static final String BATCHES = "parallel-collectors, batching";
  private static final String COLLECTORS = "parallel-collectors";
  private static final String CONCURRENT = "Gatherers.mapConcurrent";
  private static final String PYTHON = "Python ThreadPool.map";

  @Override
  public String name() {
    return "threads-trivial";
  }

  @Override
  public String title() {
    return "1,000,000 trivial items on threads";
  }

  @Override
  public int rounds() {
    return 11;
  }

  @Override
  public int warmUps() {
    return 8;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(TrivialOnThreads::open);
  }

  private static void open(Lineup lineup) throws Exception {
    int count = lineup.settings().size(1_000_000, 300_000);
    int threads = Runtime.getRuntime().availableProcessors();
    List<Integer> inputs = IntStream.range(0, count).boxed().toList();
    List<Integer> expected = IntStream.rangeClosed(1, count).boxed().toList();
    List<Integer> few = inputs.subList(0, count / 10);
    List<Integer> fewExpected = expected.subList(0, count / 10);
    Mapper<Integer, Integer> mapper = Tasks::increment;
    Pool<Integer, Integer> pool = lineup.closing(Pools.create()).threads();
    InvokeAll executor = lineup.closing(new InvokeAll(threads));
    Collectors collectors = lineup.closing(new Collectors(threads));
    lineup
        .add(Contender.timed(OURS, count, () -> pool.map(mapper, inputs), expected::equals))
        .add(
            Contender.timed(
                STREAM,
                count,
                () -> ParallelStream.inCommonPool(Tasks::increment, inputs),
                expected::equals))
        .add(Contender.timed(LOOP, count, () -> Loop.map(mapper, inputs), expected::equals))
        .add(
            Contender.timed(
                INVOKE_ALL, count / 10, () -> executor.map(mapper, few), fewExpected::equals))
        .add(
            Contender.timed(
                BATCHES,
                count,
                () -> collectors.inBatches(Tasks::increment, inputs),
                expected::equals))
        .add(
            Contender.timed(
                COLLECTORS,
                count / 10,
                () -> collectors.map(Tasks::increment, few),
                fewExpected::equals));
    MapConcurrent concurrent = MapConcurrent.find();
    if (concurrent == null) {
      lineup.skip(CONCURRENT, MapConcurrent.MISSING);
    } else {
      lineup.add(
          Contender.timed(
              CONCURRENT,
              count / 10,
              () -> concurrent.map(threads, Tasks::increment, few),
              fewExpected::equals));
    }
    PythonScript.in(lineup)
        .add(PYTHON, Needs.NOTHING, "increments", "threads", threads, Map.of("items", count));
    lineup
        .line(STREAM, OURS, STREAM, Unit.TIME, Goal.atMostTimes(1.1))
        .line(LOOP, OURS, LOOP, Unit.TIME, null)
        .line(INVOKE_ALL, OURS, INVOKE_ALL, Unit.TIME, null)
        .line(BATCHES, OURS, BATCHES, Unit.TIME, null)
        .line(COLLECTORS, OURS, COLLECTORS, Unit.TIME, null)
        .line(CONCURRENT, OURS, CONCURRENT, Unit.TIME, null)
        .line("Python ThreadPool", OURS, PYTHON, Unit.TIME, null);
  }
}
