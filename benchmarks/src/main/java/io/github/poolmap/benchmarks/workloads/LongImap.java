package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import java.util.List;

/** Ten million items through imap: the heap must stay flat and the time be linear. */
public final class LongImap implements Workload {

  private static final int WORKERS = 2;
  private static final int MOST_BYTES = 16 << 20;

  /** The last nine tenths may take as long an item as the first, and a little for noise. */
  private static final double LINEAR = 1.1;

  @Override
  public String name() {
    return "imap-long";
  }

  @Override
  public String title() {
    return "imap over 10,000,000 items";
  }

  @Override
  public int warmUps() {
    return 1;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(
        lineup -> open(lineup, "threads", lineup.closing(Pools.create()).threads(WORKERS)),
        lineup -> open(lineup, "processes", lineup.closing(Pools.create()).processes(WORKERS)));
  }

  private static void open(Lineup lineup, String kind, Pool<Integer, Integer> pool) {
    StreamedItems contender =
        new StreamedItems(kind, pool, lineup.settings().size(10_000_000, 1_000_000));
    lineup
        .add(contender)
        .line(
            kind + ", heap growth", contender.growth(), null, Unit.MEMORY, Goal.atMost(MOST_BYTES))
        .line(
            kind + ", all against first tenth",
            contender.all(),
            contender.firstTenth(),
            Unit.TIME,
            Goal.atMostTimes(LINEAR));
  }
}
