package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.Shared;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Lineup;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.Unit;
import io.github.poolmap.benchmarks.measure.Workload;
import io.github.poolmap.benchmarks.measure.WrongResultException;
import io.github.poolmap.benchmarks.peers.PythonScript;
import io.github.poolmap.benchmarks.peers.PythonScript.Needs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * 64 MB that eight tasks read on two warm processes, shared anew in each round: the time to share
 * them is part of it. Bytes count once a task.
 */
public final class SharedValue implements Workload {

  private static final String ARRAY = "Shared<double[]>";
  private static final String BUFFER = "Shared<DoubleBuffer>";
  private static final String JOBLIB = "joblib (memmap)";
  private static final int WORKERS = 2;
  private static final int TASKS = 8;
  private static final int LENGTH = 8 << 20;
  private static final double BYTES = (double) TASKS * LENGTH * Double.BYTES;
  private static final double RATE = 5;

  @Override
  public String name() {
    return "shared-value";
  }

  @Override
  public String title() {
    return "64 MB, read-only, to 8 tasks on 2 processes";
  }

  @Override
  public List<Stage> stages(Settings settings) {
    return List.of(SharedValue::open);
  }

  private static void open(Lineup lineup) throws Exception {
    Pools pools = lineup.closing(Pools.create());
    Pool<Integer, Double> pool = pools.processes(WORKERS);
    PythonScript.in(lineup)
        .add(
            JOBLIB,
            Needs.BOTH,
            "shared",
            "loky",
            WORKERS,
            Map.of("items", TASKS, "length", LENGTH));
    lineup
        .add(new OfArray(pools, pool, new double[LENGTH]))
        .add(new OfBuffer(pools, pool, buffer()))
        .line("array", ARRAY, null, Unit.RATE, Goal.gigabytesPerSecond(RATE))
        .line("buffer", BUFFER, null, Unit.RATE, Goal.gigabytesPerSecond(RATE))
        .line("array, joblib memmap", ARRAY, JOBLIB, Unit.RATE, null)
        .line("buffer, joblib memmap", BUFFER, JOBLIB, Unit.RATE, null);
  }

  private static DoubleBuffer buffer() {
    return ByteBuffer.allocateDirect(LENGTH * Double.BYTES)
        .order(ByteOrder.nativeOrder())
        .asDoubleBuffer();
  }

  private static Map<String, Double> figure(
      String name, long nanos, List<Double> sums, double expected) throws WrongResultException {
    if (!sums.equals(Collections.nCopies(TASKS, expected))) {
      throw new WrongResultException(name);
    }
    return Map.of(name, nanos / 1e9 / BYTES);
  }

  /** Shares an array. */
  private record OfArray(Pools pools, Pool<Integer, Double> pool, double[] array)
      implements Contender {

    @Override
    public String name() {
      return ARRAY;
    }

    @Override
    public Map<String, Double> measure() throws Exception {
      for (int i = 0; i < array.length; i++) {
        array[i]++;
      }
      long start = System.nanoTime();
      List<Double> sums;
      long nanos;
      try (Shared<double[]> shared = pools.share(array)) {
        sums = pool.map(task -> Tasks.readThrough(shared.get()), Collections.nCopies(TASKS, 0));
        nanos = System.nanoTime() - start;
      }
      return figure(ARRAY, nanos, sums, Tasks.readThrough(array));
    }
  }

  /** Shares a buffer. */
  private record OfBuffer(Pools pools, Pool<Integer, Double> pool, DoubleBuffer buffer)
      implements Contender {

    @Override
    public String name() {
      return BUFFER;
    }

    @Override
    public Map<String, Double> measure() throws Exception {
      for (int i = 0; i < buffer.limit(); i++) {
        buffer.put(i, buffer.get(i) + 1);
      }
      long start = System.nanoTime();
      List<Double> sums;
      long nanos;
      try (Shared<DoubleBuffer> shared = pools.share(buffer)) {
        sums = pool.map(task -> Tasks.readThrough(shared.get()), Collections.nCopies(TASKS, 0));
        nanos = System.nanoTime() - start;
      }
      return figure(BUFFER, nanos, sums, Tasks.readThrough(buffer));
    }
  }
}
