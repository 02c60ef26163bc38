package io.github.poolmap.benchmarks.jmh;

import io.github.poolmap.Pool;
import io.github.poolmap.Pools;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A call of one trivial task: on a thread, on the serial pool, on an executor. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ApplyBenchmark {

  private final Pools pools = Pools.create();
  private final Pool<Object, Integer> threads = pools.threads();
  private final Pool<Object, Integer> serial = pools.serial();
  private final ExecutorService executor =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

  /** Ends the threads. */
  @TearDown
  public void close() {
    pools.close();
    executor.shutdownNow();
  }

  /** On a thread of a pool. */
  @Benchmark
  public int threads() {
    return threads.apply(() -> 1);
  }

  /** On the serial pool. */
  @Benchmark
  public int serial() {
    return serial.apply(() -> 1);
  }

  /** On a thread of an executor. */
  @Benchmark
  public int executor() throws ExecutionException, InterruptedException {
    return executor.submit(() -> 1).get();
  }
}
