package io.github.poolmap.benchmarks;

import io.github.poolmap.Mapper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** An executor with one callable for each item, as one writes it without a library. */
final class FixedExecutor implements Contender, AutoCloseable {

  private final ExecutorService executor;
  private final Mapper<Integer, Integer> mapper;

  FixedExecutor(int threads, Mapper<Integer, Integer> mapper) {
    this.executor = Executors.newFixedThreadPool(threads);
    this.mapper = mapper;
  }

  @Override
  public List<Integer> map(List<Integer> items) throws Exception {
    List<Callable<Integer>> callables = new ArrayList<>();
    for (Integer item : items) {
      callables.add(() -> mapper.map(item));
    }
    List<Integer> results = new ArrayList<>();
    for (Future<Integer> future : executor.invokeAll(callables)) {
      results.add(future.get());
    }
    return results;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
