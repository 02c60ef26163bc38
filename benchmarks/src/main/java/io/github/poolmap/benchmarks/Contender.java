package io.github.poolmap.benchmarks;

import java.util.List;

/** A way to map the items of a workload. */
@FunctionalInterface
interface Contender {

  /** Maps each item to itself, by doing what it stands for. */
  List<Integer> map(List<Integer> items) throws Exception;
}
