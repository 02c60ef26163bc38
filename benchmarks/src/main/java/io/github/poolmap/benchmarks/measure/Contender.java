package io.github.poolmap.benchmarks.measure;

import java.util.Map;
import java.util.concurrent.Callable;

/** One way to do the work of a workload. */
public interface Contender extends AutoCloseable {

  /** What it is called. */
  String name();

  /**
   * Does the work once.
   *
   * @return figures by the names of the series that they belong to
   * @throws WrongResultException if the results were wrong
   */
  Map<String, Double> measure() throws Exception;

  @Override
  default void close() {}

  /** Looks at results, after the clock was stopped. */
  @FunctionalInterface
  interface Check<R> {

    /** Tells whether they are right. */
    boolean isRight(R result) throws Exception;
  }

  /**
   * Makes one that has a single figure.
   *
   * @param name what it and its series are called
   * @param units by what the time is divided: so many items or bytes
   * @param work what is timed
   * @param check what its result must be like
   */
  static <R> Contender timed(String name, double units, Callable<R> work, Check<R> check) {
    return new Contender() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Map<String, Double> measure() throws Exception {
        long start = System.nanoTime();
        R result = work.call();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!check.isRight(result)) {
          throw new WrongResultException(name);
        }
        return Map.of(name, seconds / units);
      }
    };
  }

  /** Makes one that stands for a time that nobody can beat. */
  static Contender ideal(String name, double seconds) {
    return new Contender() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Map<String, Double> measure() {
        return Map.of(name, seconds);
      }
    };
  }
}
