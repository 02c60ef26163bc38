package io.github.poolmap.benchmarks.peers;

import io.github.poolmap.Mapper;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** A loop on two threads, written by hand: each takes the next item until there is none. */
public final class TwoThreads implements AutoCloseable {

  private final ExecutorService executor = Executors.newFixedThreadPool(2);

  /** Maps all items. */
  public <T, R> List<R> map(Mapper<T, R> mapper, List<T> items) throws Exception {
    Object[] results = new Object[items.size()];
    AtomicInteger next = new AtomicInteger();
    Future<?> one = executor.submit(() -> work(mapper, items, next, results));
    Future<?> other = executor.submit(() -> work(mapper, items, next, results));
    one.get();
    other.get();
    @SuppressWarnings("unchecked") // all of them came from the mapper
    List<R> list = (List<R>) Arrays.asList(results);
    return list;
  }

  private static <T> Void work(
      Mapper<T, ?> mapper, List<T> items, AtomicInteger next, Object[] results) throws Exception {
    for (int i = next.getAndIncrement(); i < results.length; i = next.getAndIncrement()) {
      results[i] = mapper.map(items.get(i));
    }
    return null;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
