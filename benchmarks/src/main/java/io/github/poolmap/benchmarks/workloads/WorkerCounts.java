package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.ProcessPool;
import io.github.poolmap.WorkerInfo;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Computing tasks on more warm processes than there are cores, beside two.
 *
 * <p>Of 64 workers each executes two tasks a round, of two workers 64. The figures would say how
 * far compilers have come, so all execute some two thousand small chunks before. What it is like
 * without that stands beside it, with the same goal.
 */
public final class WorkerCounts implements Workload {

  private static final int FEW = 2;
  private static final int TASKS = 128;
  private static final int TERMS = 50_000;
  private static final Duration BOOTS = Duration.ofSeconds(90);
  private static final int SHORTEST_MILLIS = 500;
  private static final int LONGEST_MILLIS = 4_000;

  /** What a worker does for a chunk is compiled by then, mostly. */
  private static final int CHUNKS_BEFORE = 2_000;

  private static final long HEAP = 128 << 20;
  private static final double NO_CLIFF = 1.5;

  @Override
  public String name() {
    return "workers";
  }

  @Override
  public String title() {
    return TASKS + " computing tasks on 1 to 64 warm processes";
  }

  @Override
  public int rounds() {
    return 7;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    int most = settings.quick() ? 16 : 64;
    Stream<Stage> warm =
        Stream.of(1, 4, 8, 16, 32, 64)
            .filter(count -> count <= most)
            .map(count -> lineup -> open(lineup, count, true));
    return Stream.concat(warm, Stream.of(lineup -> open(lineup, most, false))).toList();
  }

  private static void open(Lineup lineup, int count, boolean warm) {
    List<Integer> items = Collections.nCopies(TASKS, TERMS);
    List<Double> expected = Collections.nCopies(TASKS, Tasks.cpuCostly(TERMS));
    for (int workers : new int[] {FEW, count}) {
      ProcessPool<Integer, Object> pool =
          lineup.closing(
              ProcessPool.<Integer, Object>builder().workers(workers).maxHeap(HEAP).build());
      startAll(pool);
      if (warm) {
        executeMany(pool);
      }
      lineup.add(
          Contender.timed(
              label(workers), 1, () -> pool.map(Tasks::cpuCostly, items), expected::equals));
    }
    lineup.line(
        warm ? label(count) : label(count) + ", just started",
        label(count),
        label(FEW),
        Unit.TIME,
        count > FEW ? Goal.atMostTimes(NO_CLIFF) : null);
  }

  /** A pool starts workers when it thinks that they pay; here all must be there. */
  private static void startAll(ProcessPool<Integer, Object> pool) {
    List<Integer> each = IntStream.range(0, pool.workers()).boxed().toList();
    Set<Object> seen = new HashSet<>();
    long end = System.nanoTime() + BOOTS.toNanos();
    int pause = SHORTEST_MILLIS;
    while (seen.size() < pool.workers()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "only " + seen.size() + " of " + pool.workers() + " workers have started");
      }
      int millis = pause;
      seen.addAll(pool.with(o -> o.chunkSize(1)).map(item -> pidAfter(millis), each));
      // Those that are there already shall not do the items of those that are still booting.
      pause = Math.min(2 * pause, LONGEST_MILLIS);
    }
  }

  private static void executeMany(ProcessPool<Integer, Object> pool) {
    List<Integer> items = Collections.nCopies(CHUNKS_BEFORE * pool.workers(), 1);
    pool.with(o -> o.chunkSize(1)).map(Tasks::cpuCostly, items);
  }

  private static long pidAfter(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return WorkerInfo.current().pid();
  }

  private static String label(int workers) {
    return workers + " workers";
  }
}
