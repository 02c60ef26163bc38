package io.github.poolmap.examples;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * What some work gave and how long it took.
 *
 * @param value what the work returned
 * @param duration the wall-clock time
 * @param <V> type of the value
 */
public record Timed<V>(V value, Duration duration) {

  /**
   * Does the work and takes its time.
   *
   * @param work the work
   * @param <V> type of what it returns
   * @return its value and its time
   * @throws Exception what the work threw
   */
  public static <V> Timed<V> time(Callable<V> work) throws Exception {
    long start = System.nanoTime();
    V value = work.call();
    return new Timed<>(value, Duration.ofNanos(System.nanoTime() - start));
  }
}
