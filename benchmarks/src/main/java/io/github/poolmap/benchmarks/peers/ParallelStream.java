package io.github.poolmap.benchmarks.peers;

import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;

/** A parallel stream: as one writes it, or on an exact number of threads. */
public final class ParallelStream implements AutoCloseable {

  private final ForkJoinPool pool;

  /**
   * Makes one for an exact number of threads. In the common pool the JDK counts the caller, which
   * computes too; in a pool of one's own the caller only waits.
   */
  public ParallelStream(int threads) {
    pool = new ForkJoinPool(threads);
  }

  /** Maps all items in the common pool, and the caller helps. */
  public static <T, R> List<R> inCommonPool(Function<T, R> function, List<T> items) {
    return items.parallelStream().map(function).toList();
  }

  /** Maps all items in this pool. */
  public <T, R> List<R> map(Function<T, R> function, List<T> items) throws Exception {
    return pool.submit(() -> inCommonPool(function, items)).get();
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
