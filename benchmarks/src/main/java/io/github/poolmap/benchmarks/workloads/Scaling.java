package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.ParallelStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What an item costs in short and in long calls. */
public final class Scaling implements Workload {

  private static final int WORKERS = 2;
  private static final int LEAST = 1_000;
  private static final int MOST = 10_000_000;
  private static final int QUICK_MOST = 1_000_000;

  /** Calls are repeated until so many items are done: a short one alone is hard to time. */
  private static final int ITEMS_A_TURN = 100_000;

  /** Level, and a little for noise. */
  private static final double LEVEL = 1.1;

  @Override
  public String name() {
    return "scaling";
  }

  @Override
  public String title() {
    return "the cost of a trivial item in calls of 1,000 to 10,000,000";
  }

  /**
   * Room for the results of the longest call, there from the start: otherwise what is measured of
   * it is the heap that grows and the collector that moves them.
   */
  @Override
  public List<String> jvmArgs() {
    return List.of(
        "-XX:InitialRAMPercentage=25",
        "-XX:MaxRAMPercentage=25",
        "-XX:NewRatio=1",
        "-XX:+AlwaysPreTouch");
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(
        lineup ->
            open(
                lineup,
                "threads",
                lineup.closing(Pools.create()).threads(WORKERS),
                lineup.closing(new ParallelStream(WORKERS))),
        lineup ->
            open(lineup, "processes", lineup.closing(Pools.create()).processes(WORKERS), null));
  }

  /**
   * Sets the sizes up.
   *
   * @param stream what is measured beside the pool: what grows alike there is the price of memory
   */
  private static void open(
      Lineup lineup, String kind, Pool<Integer, Integer> pool, @Nullable ParallelStream stream) {
    int most = lineup.settings().size(MOST, QUICK_MOST);
    List<Integer> inputs = IntStream.range(0, most).boxed().toList();
    List<Integer> expected = IntStream.rangeClosed(1, most).boxed().toList();
    String shorter = null;
    for (int size = LEAST; size <= most; size *= 10) {
      String name = String.format("%s, %,d items", kind, size);
      int calls = Math.max(1, ITEMS_A_TURN / size);
      List<Integer> items = inputs.subList(0, size);
      List<Integer> results = expected.subList(0, size);
      lineup.add(
          Contender.timed(
              name,
              (double) calls * size,
              () -> callOften(() -> pool.map(Tasks::increment, items), calls),
              results::equals));
      lineup.line(name, name, shorter, Unit.TIME, shorter == null ? null : Goal.atMostTimes(LEVEL));
      shorter = name;
      if (stream != null) {
        String peer = String.format("parallelStream, %,d items", size);
        lineup.add(
            Contender.timed(
                peer,
                (double) calls * size,
                () -> callOften(() -> stream.map(Tasks::increment, items), calls),
                results::equals));
        lineup.line(name + ", parallelStream", name, peer, Unit.TIME, null);
      }
    }
  }

  private static List<Integer> callOften(Callable<List<Integer>> call, int calls) throws Exception {
    List<Integer> results = List.of();
    for (int i = 0; i < calls; i++) {
      results = call.call();
    }
    return results;
  }
}
