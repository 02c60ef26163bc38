package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.Mapper;
import java.util.Collections;
import java.util.List;

/**
 * How much work the demonstration does.
 *
 * @param tasks how many tasks of each kind
 * @param ioMillis how long a waiting task sleeps
 * @param n how many terms a computing task sums up
 * @param workers how many workers a pool has
 */
record Sizes(int tasks, int ioMillis, int n, int workers) {

  /** The function of the tasks of a kind. */
  static Mapper<Integer, Double> mapper(TaskKind kind) {
    return switch (kind) {
      case IO -> Tasks::ioCostly;
      case CPU -> Tasks::cpuCostly;
    };
  }

  /** The inputs of the tasks of a kind: the same one for each task. */
  List<Integer> inputs(TaskKind kind) {
    return Collections.nCopies(
        tasks,
        switch (kind) {
          case IO -> ioMillis;
          case CPU -> n;
        });
  }

  /** How many tasks run at the same time at most. */
  int concurrency() {
    return Math.min(workers, tasks);
  }
}
