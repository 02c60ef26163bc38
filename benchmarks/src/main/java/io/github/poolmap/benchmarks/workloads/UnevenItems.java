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
import io.github.poolmap.benchmarks.peers.InvokeAll;
import io.github.poolmap.benchmarks.peers.ParallelStream;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Many short items and a few long ones, all computing, on two threads. Splitting the items up
 * before anything is known of them leaves the long ones to one thread.
 */
public final class UnevenItems implements Workload {

  private static final String OURS = "map on threads(2)";
  private static final String STREAM = "parallelStream";
  private static final String INVOKE_ALL = "invokeAll";
  private static final String IDEAL = "ideal";
  private static final int THREADS = 2;

  private static final List<Integer> SHORT = Collections.nCopies(190, 100);
  private static final List<Integer> LONG = Collections.nCopies(10, 20_000);

  @Override
  public String name() {
    return "threads-uneven";
  }

  @Override
  public String title() {
    return "190 items of 0.1 ms and 10 of 20 ms, computing, on 2 threads";
  }

  @Override
  public int rounds() {
    return 9;
  }

  /** Two hundred items a round: it takes many until all that hands them out is compiled. */
  @Override
  public int warmUps() {
    return 20;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(
        lineup -> open(lineup, "long last", SHORT, LONG),
        lineup -> open(lineup, "long first", LONG, SHORT));
  }

  private static void open(Lineup lineup, String order, List<Integer> first, List<Integer> then) {
    List<Integer> items = Stream.of(first, then).flatMap(List::stream).toList();
    Mapper<Integer, Integer> mapper = Tasks::compute;
    Pool<Integer, Integer> pool = lineup.closing(Pools.create()).threads(THREADS);
    ParallelStream stream = lineup.closing(new ParallelStream(THREADS));
    InvokeAll executor = lineup.closing(new InvokeAll(THREADS));
    lineup
        .add(Contender.ideal(IDEAL, Ideal.evenlyShared(items, THREADS) / 1e6))
        .add(Contender.timed(OURS, 1, () -> pool.map(mapper, items), items::equals))
        .add(Contender.timed(STREAM, 1, () -> stream.map(Tasks::compute, items), items::equals))
        .add(Contender.timed(INVOKE_ALL, 1, () -> executor.map(mapper, items), items::equals))
        .line(order + ", " + IDEAL, OURS, IDEAL, Unit.TIME, Goal.atMostTimes(1.03))
        .line(order + ", " + STREAM, OURS, STREAM, Unit.TIME, null)
        .line(order + ", " + INVOKE_ALL, OURS, INVOKE_ALL, Unit.TIME, null);
  }
}
