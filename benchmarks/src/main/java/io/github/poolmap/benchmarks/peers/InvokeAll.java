package io.github.poolmap.benchmarks.peers;

import io.github.poolmap.Mapper;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** An executor with one callable for each item, as one writes it without a library. */
public final class InvokeAll implements AutoCloseable {

  private final ExecutorService executor;

  /** Makes one with so many threads. */
  public InvokeAll(int threads) {
    executor = Executors.newFixedThreadPool(threads);
  }

  /** Maps all items. */
  public <T, R> List<R> map(Mapper<T, R> mapper, List<T> items) throws Exception {
    List<Callable<R>> callables = new ArrayList<>(items.size());
    for (T item : items) {
      callables.add(() -> mapper.map(item));
    }
    List<R> results = new ArrayList<>(items.size());
    for (Future<R> future : executor.invokeAll(callables)) {
      results.add(future.get());
    }
    return results;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
