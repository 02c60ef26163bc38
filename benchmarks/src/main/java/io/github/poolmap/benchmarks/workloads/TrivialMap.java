package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.PythonScript;
import io.github.poolmap.benchmarks.peers.PythonScript.Needs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Many trivial items on two warm processes: in chunks of one, or as the pool thinks best. */
public final class TrivialMap implements Workload {

  private static final String OURS = "map on processes(2)";
  private static final String POOL = "Python Pool.map (fork)";
  private static final String EXECUTOR = "Python ProcessPoolExecutor.map";
  private static final String JOBLIB = "joblib (loky)";
  private static final int WORKERS = 2;

  private final String name;
  private final String title;
  private final int chunk;
  private final int items;
  private final int quickItems;
  private final double mostSeconds;
  private final double timesAsFast;

  private TrivialMap(
      String name,
      String title,
      int chunk,
      int items,
      int quickItems,
      double mostSeconds,
      double timesAsFast) {
    this.name = name;
    this.title = title;
    this.chunk = chunk;
    this.items = items;
    this.quickItems = quickItems;
    this.mostSeconds = mostSeconds;
    this.timesAsFast = timesAsFast;
  }

  /** Each item travels alone. */
  public static Workload inChunksOfOne() {
    return new TrivialMap(
        "map-chunk-1", "trivial items one by one, 2 processes", 1, 50_000, 20_000, 9e-6, 6);
  }

  /** The pool chooses. */
  public static Workload inAutomaticChunks() {
    return new TrivialMap(
        "map-integers",
        "1,000,000 Integers in automatic chunks, 2 processes",
        0,
        1_000_000,
        300_000,
        0.2e-6,
        4);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public int rounds() {
    return 7;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(this::open);
  }

  private void open(Lineup lineup) throws Exception {
    int count = lineup.settings().size(items, quickItems);
    List<Integer> inputs = IntStream.range(0, count).boxed().toList();
    List<Integer> expected = IntStream.rangeClosed(1, count).boxed().toList();
    Pool<Integer, Integer> automatic = lineup.closing(Pools.create()).processes(WORKERS);
    Pool<Integer, Integer> pool = chunk == 0 ? automatic : automatic.with(o -> o.chunkSize(chunk));
    lineup.add(
        Contender.timed(OURS, count, () -> pool.map(Tasks::increment, inputs), expected::equals));
    PythonScript.in(lineup)
        .add(POOL, Needs.NOTHING, "increments", "fork", WORKERS, numbers(count))
        .add(EXECUTOR, Needs.NOTHING, "increments", "executor", WORKERS, numbers(count / 5))
        .add(JOBLIB, Needs.JOBLIB, "increments", "loky", WORKERS, numbers(count / 10));
    lineup
        .line("figure", OURS, null, Unit.TIME, Goal.atMost(mostSeconds))
        .line("Python Pool", OURS, POOL, Unit.TIME, Goal.timesFaster(timesAsFast))
        .line("Python ProcessPoolExecutor", OURS, EXECUTOR, Unit.TIME, null)
        .line("joblib", OURS, JOBLIB, Unit.TIME, null);
  }

  private Map<String, Integer> numbers(int count) {
    Map<String, Integer> numbers = new HashMap<>(Map.of("items", count));
    if (chunk != 0) {
      numbers.put("chunk", chunk);
    }
    return numbers;
  }
}
