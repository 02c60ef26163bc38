package io.github.poolmap.benchmarks.peers;

import com.pivovarit.collectors.ParallelCollectors;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collector;

/** The parallel collectors of pivovarit: a future for each item, or for each of some batches. */
public final class Collectors implements AutoCloseable {

  private final int threads;
  private final ExecutorService executor;

  /** Makes one with so many threads. */
  public Collectors(int threads) {
    this.threads = threads;
    executor = Executors.newFixedThreadPool(threads);
  }

  /** Maps all items in as many batches as there are threads. */
  public <T, R> List<R> inBatches(Function<T, R> function, List<T> items) throws Exception {
    Collector<R, ?, List<R>> toList = java.util.stream.Collectors.toList();
    return items.stream()
        .collect(ParallelCollectors.Batching.parallel(function, toList, executor, threads))
        .get();
  }

  /** Maps all items, each on its own. */
  public <T, R> List<R> map(Function<T, R> function, List<T> items) throws Exception {
    Collector<R, ?, List<R>> toList = java.util.stream.Collectors.toList();
    return items.stream()
        .collect(ParallelCollectors.parallel(function, toList, executor, threads))
        .get();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
