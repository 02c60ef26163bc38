package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.StartStrategy;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.EmptyMain;
import io.github.poolmap.benchmarks.peers.Jvm;
import io.github.poolmap.benchmarks.peers.PythonScript;
import io.github.poolmap.benchmarks.peers.PythonScript.Needs;
import java.util.List;
import java.util.Map;

/**
 * From nothing to the results of a map of two items on a pool of two fresh processes. Poolmap boots
 * one of them, because the second would come too late; the peers in Python start both.
 */
public final class SpawnedStart implements Workload {

  private static final String OURS = "spawn()";
  private static final String NUMPY = "Python spawn with numpy";
  private static final String PLAIN = "Python spawn";
  private static final String FORKSERVER = "Python forkserver";
  private static final String LOKY = "loky";
  private static final String EMPTY = "an empty JVM";
  private static final int WORKERS = 2;

  @Override
  public String name() {
    return "first-result-spawn";
  }

  @Override
  public String title() {
    return "from the making of a pool of fresh processes to the results of two items";
  }

  @Override
  public int rounds() {
    return 9;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(SpawnedStart::open);
  }

  private static void open(Lineup lineup) throws Exception {
    lineup.add(new FirstResult(OURS, StartStrategy.spawn()));
    lineup.add(
        Contender.timed(
            EMPTY,
            1,
            () -> Jvm.command(EmptyMain.class).inheritIO().start().waitFor(),
            status -> status == 0));
    PythonScript.in(lineup)
        .add(NUMPY, Needs.NUMPY, "first-result", "spawn", WORKERS, Map.of())
        .add(PLAIN, Needs.NOTHING, "first-result", "spawn", WORKERS, Map.of())
        .add(FORKSERVER, Needs.NOTHING, "first-result", "forkserver", WORKERS, Map.of())
        .add(LOKY, Needs.JOBLIB, "first-result", "fresh-loky", WORKERS, Map.of());
    lineup
        .line(NUMPY, OURS, NUMPY, Unit.TIME, Goal.atMostTimes(1))
        .line(PLAIN, OURS, PLAIN, Unit.TIME, Goal.atMostTimes(2.5))
        .line(FORKSERVER, OURS, FORKSERVER, Unit.TIME, null)
        .line(LOKY, OURS, LOKY, Unit.TIME, null)
        .line(EMPTY, OURS, EMPTY, Unit.TIME, null);
  }
}
