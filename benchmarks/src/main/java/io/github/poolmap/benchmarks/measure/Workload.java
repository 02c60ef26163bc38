package io.github.poolmap.benchmarks.measure;

import java.util.List;

/** A row of the comparison: some work, who does it, and what is wanted of ours. */
public interface Workload {

  /** The name by which the command line asks for it. */
  String name();

  /** What is done, in a few words. */
  String title();

  /** The parts of it, which are measured one after the other. */
  List<Stage> stages(Settings settings);

  /** How many rounds count at least. */
  default int rounds() {
    return 5;
  }

  /** How many rounds do not count: threads and JVMs start in them, and code is compiled. */
  default int warmUps() {
    return 3;
  }

  /** The version of the JDK that it needs. */
  default int feature() {
    return 17;
  }

  /** Options of the JVM that measures it, beside the usual ones. */
  default List<String> jvmArgs() {
    return List.of();
  }

  /** Contenders that are measured in alternation. */
  @FunctionalInterface
  interface Stage {

    /** Sets them up, and says what is to be compared. */
    void open(Lineup lineup) throws Exception;
  }
}
