package io.github.poolmap.benchmarks;

import io.github.poolmap.Mapper;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

/**
 * A parallel stream on an exact number of threads.
 *
 * <p>In the common pool the JDK counts the caller, which computes too: one worker fewer than there
 * are cores, and the caller. In a fork-join pool of one's own the caller only waits, so here the
 * pool has as many workers as threads are asked for, and the number does not depend on the machine.
 */
final class ParallelStream implements Contender, AutoCloseable {

  private final ForkJoinPool pool;
  private final Mapper<Integer, Integer> mapper;

  ParallelStream(int threads, Mapper<Integer, Integer> mapper) {
    this.pool = new ForkJoinPool(threads);
    this.mapper = mapper;
  }

  @Override
  public List<Integer> map(List<Integer> items) throws Exception {
    return pool.submit(() -> items.parallelStream().map(this::apply).toList()).get();
  }

  private Integer apply(Integer item) {
    try {
      return mapper.map(item);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
