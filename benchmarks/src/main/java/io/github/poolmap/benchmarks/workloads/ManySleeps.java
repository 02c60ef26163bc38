package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.ThreadPool;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.peers.MapConcurrent;
import io.github.poolmap.benchmarks.peers.PythonScript;
import io.github.poolmap.benchmarks.peers.PythonScript.Needs;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Ten thousand items that wait, on virtual threads. */
public final class ManySleeps implements Workload {

  private static final String OURS = "map on 10,000 virtual threads";
  private static final String CONCURRENT = "Gatherers.mapConcurrent(10,000)";
  private static final String PYTHON = "Python ThreadPool(1,000)";
  private static final String IDEAL = "ideal";
  private static final int FEATURE = 24;
  private static final int COUNT = 10_000;
  private static final int PYTHON_THREADS = 1_000;
  private static final int MILLIS = 100;

  @Override
  public String name() {
    return "virtual-sleeps";
  }

  @Override
  public String title() {
    return "10,000 sleeps of 100 ms on virtual threads";
  }

  @Override
  public int rounds() {
    return 9;
  }

  @Override
  public int warmUps() {
    return 4;
  }

  @Override
  public int feature() {
    return FEATURE;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(ManySleeps::open);
  }

  private static void open(Lineup lineup) throws Exception {
    List<Integer> items = Collections.nCopies(COUNT, MILLIS);
    ThreadPool<Integer, Integer> pool =
        lineup.closing(ThreadPool.<Integer, Integer>builder().virtual().workers(COUNT).build());
    lineup
        .add(Contender.ideal(IDEAL, MILLIS / 1e3))
        .add(Contender.timed(OURS, 1, () -> pool.map(Tasks::sleep, items), items::equals));
    MapConcurrent concurrent = MapConcurrent.find();
    if (concurrent == null) {
      lineup.skip(CONCURRENT, MapConcurrent.MISSING);
    } else {
      lineup.add(
          Contender.timed(
              CONCURRENT,
              1,
              () -> concurrent.map(COUNT, Tasks::sleepUnchecked, items),
              items::equals));
    }
    Map<String, Integer> numbers = Map.of("items", COUNT, "millis", MILLIS);
    PythonScript.in(lineup)
        .add(PYTHON, Needs.NOTHING, "sleeps", "threads", PYTHON_THREADS, numbers);
    lineup
        .line("mapConcurrent", OURS, CONCURRENT, Unit.TIME, Goal.atMostTimes(1.1))
        .line("Python ThreadPool(1,000)", OURS, PYTHON, Unit.TIME, null)
        .line(IDEAL, OURS, IDEAL, Unit.TIME, null);
  }
}
