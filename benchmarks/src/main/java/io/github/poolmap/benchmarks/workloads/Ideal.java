package io.github.poolmap.benchmarks.workloads;

import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;

/** How long items take at best, when handing them out costs nothing. */
final class Ideal {

  private Ideal() {}

  /** The time when all workers work to the end: the total work shared out evenly. */
  static double evenlyShared(List<Integer> durations, int workers) {
    return durations.stream().mapToDouble(Integer::doubleValue).sum() / workers;
  }

  /** The time when whoever is free takes the next item, in order. */
  static double inOrder(List<Integer> durations, int workers) {
    PriorityQueue<Integer> freeAt = new PriorityQueue<>(Collections.nCopies(workers, 0));
    int end = 0;
    for (int duration : durations) {
      int done = freeAt.remove() + duration;
      freeAt.add(done);
      end = Math.max(end, done);
    }
    return end;
  }
}
