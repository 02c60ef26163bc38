package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Pools;
import io.github.poolmap.StartStrategy;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.PythonScript;
import io.github.poolmap.benchmarks.peers.PythonScript.Needs;
import java.util.List;
import java.util.Map;

/** From a new pool to the result of a map of two items, on processes that are there already. */
public final class WarmStart implements Workload {

  private static final String REUSE = "reuse()";
  private static final String STANDBY = "standby(2)";
  private static final String FORK = "Python fork";
  private static final String LOKY = "loky, kept";
  private static final int WORKERS = 2;
  private static final double MOST_SECONDS = 2e-3;

  @Override
  public String name() {
    return "first-result-warm";
  }

  @Override
  public String title() {
    return "from the making of a pool to the results of two items, on processes left or kept warm";
  }

  @Override
  public int rounds() {
    return 15;
  }

  @Override
  public int warmUps() {
    return 10;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(
        lineup -> open(lineup, new FirstResult(REUSE, StartStrategy.reuse())),
        lineup -> open(lineup, new FirstResult(STANDBY, StartStrategy.standby(2))));
  }

  private static void open(Lineup lineup, FirstResult ours) throws Exception {
    // Closed last: each stage begins with no worker.
    lineup.closing(Pools::releaseWarm);
    lineup.add(ours);
    PythonScript.in(lineup)
        .add(FORK, Needs.NOTHING, "first-result", "fork", WORKERS, Map.of())
        .add(LOKY, Needs.JOBLIB, "first-result", "loky", WORKERS, Map.of());
    lineup
        .line(ours.name(), ours.name(), null, Unit.TIME, Goal.atMost(MOST_SECONDS))
        .line(ours.name() + ", Python fork", ours.name(), FORK, Unit.TIME, null)
        .line(ours.name() + ", loky reuse", ours.name(), LOKY, Unit.TIME, null);
  }
}
