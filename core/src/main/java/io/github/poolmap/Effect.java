package io.github.poolmap;

import java.io.Serializable;

/**
 * What {@link Pool#forEach} does with each input: like a {@link java.util.function.Consumer}, but
 * it may throw checked exceptions and can be sent to other processes.
 *
 * <p>On threads it is called by many at once. Lambdas and method references need nothing more than
 * that what they capture is serializable, and that only for processes.
 *
 * @param <T> type of the inputs
 */
@FunctionalInterface
public interface Effect<T> extends Serializable {

  /**
   * Does something with one input.
   *
   * @param input the input, may be null
   * @throws Exception if it fails; the pool reports it with the item's index and input
   */
  void accept(T input) throws Exception;
}
