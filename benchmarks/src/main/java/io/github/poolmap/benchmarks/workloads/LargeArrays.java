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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Four arrays of 64 MB to two warm processes and back. Bytes count once. */
public final class LargeArrays implements Workload {

  private static final String OURS = "map on processes(2)";
  private static final String POOL = "Python Pool.map (fork)";
  private static final String JOBLIB = "joblib (memmap)";
  private static final String SOCKET = "one raw Unix socket";
  private static final String COPY = "copying within memory";
  private static final int WORKERS = 2;
  private static final int ARRAYS = 4;
  private static final int LENGTH = 8 << 20;
  private static final double BYTES = (double) ARRAYS * LENGTH * Double.BYTES;

  @Override
  public String name() {
    return "large-arrays";
  }

  @Override
  public String title() {
    return "4 arrays of 64 MB to 2 processes and back";
  }

  @Override
  public int warmUps() {
    return 1;
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(LargeArrays::open);
  }

  private static void open(Lineup lineup) throws Exception {
    double[] first = IntStream.range(0, LENGTH).asDoubleStream().toArray();
    List<double[]> arrays = IntStream.range(0, ARRAYS).mapToObj(i -> first.clone()).toList();
    double[] expected = Tasks.touch(first);
    Pool<double[], double[]> pool = lineup.closing(Pools.create()).processes(WORKERS);
    lineup.add(
        Contender.timed(
            OURS,
            BYTES,
            () -> pool.map(Tasks::touch, arrays),
            results ->
                results.size() == ARRAYS
                    && results.stream().allMatch(result -> Arrays.equals(result, expected))));
    RawSocket socket = lineup.closing(RawSocket.open(LENGTH * Double.BYTES));
    lineup.add(
        Contender.timed(
            SOCKET,
            BYTES,
            () -> {
              socket.roundTrips(ARRAYS);
              return true;
            },
            done -> done));
    lineup.add(
        Contender.timed(
            COPY,
            BYTES,
            () -> arrays.stream().map(double[]::clone).toList(),
            copies -> copies.stream().allMatch(copy -> Arrays.equals(copy, arrays.get(0)))));
    Map<String, Integer> numbers = Map.of("items", ARRAYS, "length", LENGTH);
    Map<String, Integer> mapped = Map.of("items", ARRAYS, "length", LENGTH, "mapped", 1);
    PythonScript.in(lineup)
        .add(POOL, Needs.NUMPY, "arrays", "fork", WORKERS, numbers)
        .add(JOBLIB, Needs.BOTH, "arrays", "loky", WORKERS, mapped);
    lineup
        .line("figure", OURS, null, Unit.RATE, Goal.gigabytesPerSecond(1.5))
        .line("joblib memmap", OURS, JOBLIB, Unit.RATE, Goal.timesFaster(3))
        .line("Python Pool", OURS, POOL, Unit.RATE, null)
        .line("raw Unix socket", OURS, SOCKET, Unit.RATE, null)
        .line("memory", OURS, COPY, Unit.RATE, null);
  }
}
