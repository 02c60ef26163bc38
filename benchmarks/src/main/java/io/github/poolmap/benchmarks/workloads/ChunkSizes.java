package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.measure.Alternation;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.StageResult;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * The pool's own choice of chunks beside the best of some sizes picked by hand. A few rounds show
 * which one that is, then it takes turns with the pool's.
 */
public final class ChunkSizes implements Workload {

  private static final String DEFAULT = "default chunks";
  private static final int WORKERS = 2;
  private static final int LARGEST = 100_000;

  /** With more chunks than that a size need not be tried. */
  private static final int MOST_CHUNKS = 100_000;

  private static final Alternation PILOT = new Alternation(1, 3);
  private static final double CLOSE = 1.1;

  private static final List<Cost> COSTS =
      List.of(
          new Cost("100 ns", 100, 1_000_000),
          new Cost("10 us", 10_000, 40_000),
          new Cost("1 ms", 1_000_000, 400),
          new Cost("50 ms", 50_000_000, 16));

  /** Items of one length. */
  private record Cost(String label, int nanos, int items) {}

  @Override
  public String name() {
    return "chunks";
  }

  @Override
  public String title() {
    return "default chunks beside the best size picked by hand, for short and long items";
  }

  @Override
  public int rounds() {
    return 9;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    List<Stage> stages = new ArrayList<>();
    for (Cost cost : COSTS) {
      stages.add(
          lineup -> open(lineup, "threads", lineup.closing(Pools.create()).threads(WORKERS), cost));
      stages.add(
          lineup ->
              open(lineup, "processes", lineup.closing(Pools.create()).processes(WORKERS), cost));
    }
    return stages;
  }

  private static void open(Lineup lineup, String kind, Pool<Integer, Integer> pool, Cost cost)
      throws Exception {
    List<Integer> items = Collections.nCopies(cost.items(), cost.nanos());
    String label = kind + ", " + cost.label();
    int best = best(lineup.settings(), pool, items);
    String byHand = "chunks of " + best;
    lineup
        .add(contender(DEFAULT, pool, items))
        .add(contender(byHand, pool.with(o -> o.chunkSize(best)), items))
        .line(label + ", " + byHand, DEFAULT, byHand, Unit.TIME, Goal.atMostTimes(CLOSE));
  }

  private static int best(Settings settings, Pool<Integer, Integer> pool, List<Integer> items)
      throws Exception {
    List<Integer> sizes = new ArrayList<>();
    StageResult result;
    try (Lineup pilot = new Lineup(settings)) {
      for (int size = 1; size <= LARGEST && size <= items.size() / WORKERS; size *= 10) {
        if (items.size() / size <= MOST_CHUNKS) {
          int chunk = size;
          sizes.add(size);
          pilot.add(contender(Integer.toString(size), pool.with(o -> o.chunkSize(chunk)), items));
        }
      }
      result = PILOT.measure(pilot);
    }
    return Collections.min(
        sizes,
        Comparator.comparing(
            (Integer size) -> Objects.requireNonNull(result.median(size.toString()))));
  }

  private static Contender contender(
      String name, Pool<Integer, Integer> pool, List<Integer> items) {
    return Contender.timed(name, 1, () -> pool.map(Tasks::computeNanos, items), items::equals);
  }
}
