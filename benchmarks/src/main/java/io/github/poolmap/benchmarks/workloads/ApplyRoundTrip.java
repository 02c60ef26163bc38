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
import io.github.poolmap.benchmarks.peers.RawSocket;
import java.util.List;
import java.util.Map;

/** One task to a warm process, and its result back, again and again. */
public final class ApplyRoundTrip implements Workload {

  private static final String OURS = "apply on processes(2)";
  private static final String SOCKET = "raw Unix socket";
  private static final String POOL = "Python Pool.apply (fork)";
  private static final String EXECUTOR = "Python ProcessPoolExecutor.submit";
  private static final String LOKY = "loky map of one";
  private static final int WORKERS = 2;
  private static final int MESSAGE = 32;

  @Override
  public String name() {
    return "apply";
  }

  @Override
  public String title() {
    return "apply of a trivial task on a warm process, one after the other";
  }

  @Override
  public int rounds() {
    return 9;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(ApplyRoundTrip::open);
  }

  private static void open(Lineup lineup) throws Exception {
    int calls = lineup.settings().size(10_000, 3_000);
    int slowCalls = calls / 10;
    Pool<Integer, Integer> pool = lineup.closing(Pools.create()).processes(WORKERS);
    RawSocket socket = lineup.closing(RawSocket.open(MESSAGE));
    lineup.add(
        Contender.timed(
            OURS,
            calls,
            () -> {
              int right = 0;
              for (int i = 0; i < calls; i++) {
                int x = i;
                right += pool.apply(() -> Tasks.increment(x)) == i + 1 ? 1 : 0;
              }
              return right;
            },
            right -> right == calls));
    lineup.add(
        Contender.timed(
            SOCKET,
            calls,
            () -> {
              socket.roundTrips(calls);
              return true;
            },
            done -> done));
    Map<String, Integer> numbers = Map.of("items", slowCalls);
    PythonScript.in(lineup)
        .add(POOL, Needs.NOTHING, "apply", "fork", WORKERS, numbers)
        .add(EXECUTOR, Needs.NOTHING, "apply", "executor", WORKERS, numbers)
        .add(LOKY, Needs.JOBLIB, "apply", "loky", WORKERS, numbers);
    lineup
        .line("raw Unix socket", OURS, SOCKET, Unit.TIME, Goal.atMostTimes(2.5))
        .line("Python Pool", OURS, POOL, Unit.TIME, Goal.timesFaster(12))
        .line("Python ProcessPoolExecutor", OURS, EXECUTOR, Unit.TIME, null)
        .line("loky", OURS, LOKY, Unit.TIME, null);
  }
}
