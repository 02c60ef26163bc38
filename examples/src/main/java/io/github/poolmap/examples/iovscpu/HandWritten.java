package io.github.poolmap.examples.iovscpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The computing tasks as one writes them without Poolmap: one callable for each on an executor. */
final class HandWritten implements AutoCloseable {

  private final ExecutorService executor;

  HandWritten(int threads) {
    executor = Executors.newFixedThreadPool(threads);
  }

  /** Runs the tasks on the executor. */
  List<Double> onThreads(List<Integer> inputs) throws InterruptedException, ExecutionException {
    List<Callable<Double>> callables = new ArrayList<>();
    for (int n : inputs) {
      callables.add(() -> Tasks.cpuCostly(n));
    }
    List<Double> sums = new ArrayList<>();
    for (Future<Double> future : executor.invokeAll(callables)) {
      sums.add(future.get());
    }
    return Collections.unmodifiableList(sums);
  }

  /** Runs the tasks in the calling thread. */
  static List<Double> inLoop(List<Integer> inputs) {
    List<Double> sums = new ArrayList<>();
    for (int n : inputs) {
      sums.add(Tasks.cpuCostly(n));
    }
    return Collections.unmodifiableList(sums);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
