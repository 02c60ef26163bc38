package io.github.poolmap.benchmarks.workloads;

import io.github.poolmap.ProcessPool;
import io.github.poolmap.StartStrategy;
import io.github.poolmap.benchmarks.measure.Contender;
import io.github.poolmap.benchmarks.measure.WrongResultException;
import java.util.List;
import java.util.Map;

/**
 * Times from the making of a pool to the results of its first map, of two items. The pool's end is
 * not part of it.
 *
 * @param name what it is called
 * @param strategy how the pool comes by its workers
 */
record FirstResult(String name, StartStrategy strategy) implements Contender {

  private static final int WORKERS = 2;

  @Override
  public Map<String, Double> measure() throws Exception {
    long start = System.nanoTime();
    try (ProcessPool<Integer, Integer> pool =
        ProcessPool.<Integer, Integer>builder().workers(WORKERS).startStrategy(strategy).build()) {
      List<Integer> results = pool.map(Tasks::increment, List.of(1, 2));
      double seconds = (System.nanoTime() - start) / 1e9;
      if (!results.equals(List.of(2, 3))) {
        throw new WrongResultException(name);
      }
      return Map.of(name, seconds);
    }
  }
}
