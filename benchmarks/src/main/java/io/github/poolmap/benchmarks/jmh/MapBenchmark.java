package io.github.poolmap.benchmarks.jmh;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import io.github.poolmap.benchmarks.peers.ParallelStream;
import io.github.poolmap.benchmarks.workloads.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A map of trivial items: on threads, on the serial pool, as a parallel stream, as a loop. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MapBenchmark {

  /** How many items. */
  @Param({"1000", "1000000"})
  public int items;

  private final Pools pools = Pools.create();
  private final Pool<Integer, Integer> threads = pools.threads();
  private final Pool<Integer, Integer> serial = pools.serial();
  private List<Integer> inputs = List.of();

  /** Makes the items. */
  @Setup
  public void makeItems() {
    inputs = IntStream.range(0, items).boxed().toList();
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    pools.close();
  }

  /** On threads. */
  @Benchmark
  public List<Integer> threads() {
    return threads.map(Tasks::increment, inputs);
  }

  /** On the serial pool. */
  @Benchmark
  public List<Integer> serial() {
    return serial.map(Tasks::increment, inputs);
  }

  /** As a parallel stream. */
  @Benchmark
  public List<Integer> parallelStream() {
    return ParallelStream.inCommonPool(Tasks::increment, inputs);
  }

  /** As a loop. */
  @Benchmark
  public List<Integer> loop() {
    List<Integer> results = new ArrayList<>(inputs.size());
    for (Integer input : inputs) {
      results.add(Tasks.increment(input));
    }
    return results;
  }
}
