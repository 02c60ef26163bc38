package io.github.poolmap;

import java.io.Serializable;

/**
 * The function of a {@link Pool#map map}: called once for every input.
 *
 * <p>It is serializable so that a {@link ProcessPool} can send it to its workers: once to each
 * worker and call, not once an item. In a thread pool the one instance is called by many threads at
 * once and has to be safe for that.
 *
 * @param <T> what it takes
 * @param <R> what it gives back
 */
@FunctionalInterface
public interface Mapper<T, R> extends Serializable {

  /**
   * Maps one input.
   *
   * <p>The pool interrupts the thread when the call has to stop; a mapper that heeds the interrupt
   * ends at once, one that does not is left behind (threads) or killed (processes) after the {@link
   * MapOptions#gracePeriod(java.time.Duration) grace period}.
   *
   * @param input one element of the input, may be null if the input holds nulls
   * @return the result, may be null
   * @throws Exception whatever went wrong; the caller gets it as the cause of a {@link
   *     TaskException}
   */
  R map(T input) throws Exception;
}
