package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.Mapper;
import io.github.poolmap.Pool;
import io.github.poolmap.PoolKind;
import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Has the workers of a pool compute until the JIT has compiled the loop in every one of them. */
final class WarmUp {

  /** How many computing tasks each worker does at least. */
  static final int TASKS_PER_WORKER = 5;

  /** The terms that each sums up: long enough for the loop to be compiled within the tasks. */
  static final int N = 1_000_000;

  /** Where one worker always is the faster one, enough is enough. */
  private static final int MAX_ROUNDS = 50;

  private WarmUp() {}

  static void of(PoolKind kind, Pool<? super Integer, ? super Trace> pool) {
    Mapper<Integer, Trace> mapper = kind == PoolKind.PROCESSES ? WarmUp::byPid : WarmUp::byThread;
    List<Integer> inputs = Collections.nCopies(pool.workers() * TASKS_PER_WORKER, N);
    Map<String, Integer> tasks = new HashMap<>();
    for (int round = 0; round < MAX_ROUNDS && !isEnough(tasks, pool.workers()); round++) {
      for (Trace trace : pool.map(mapper, inputs)) {
        tasks.merge(trace.worker(), 1, Integer::sum);
      }
    }
  }

  private static boolean isEnough(Map<String, Integer> tasks, int workers) {
    return tasks.values().stream().filter(count -> count >= TASKS_PER_WORKER).count() >= workers;
  }

  private static Trace byPid(int n) {
    return new Trace(Long.toString(ProcessHandle.current().pid()), Tasks.cpuCostly(n));
  }

  private static Trace byThread(int n) {
    return new Trace(Thread.currentThread().getName(), Tasks.cpuCostly(n));
  }

  /** Which worker computed what; the sum is here because a result that nobody uses is no work. */
  record Trace(String worker, double sum) implements Serializable {}
}
