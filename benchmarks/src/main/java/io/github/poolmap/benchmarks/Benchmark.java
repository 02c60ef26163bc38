package io.github.poolmap.benchmarks;

import java.util.List;

/** Some workloads that show one property of a pool. */
interface Benchmark {

  /** The name by which the command line asks for it. */
  String name();

  /** Measures its workloads one by one. */
  List<Result> measure(SideBySide sideBySide) throws Exception;
}
