package io.github.poolmap;

import java.io.Serializable;

/**
 * The function of a {@link Pool#starmap starmap}: called once for every pair. What {@link Mapper}
 * says of serialization, threads and interrupts holds here too.
 *
 * @param <A> the first value of a pair
 * @param <B> the second value of a pair
 * @param <C> what it gives back
 */
@FunctionalInterface
public interface BiMapper<A, B, C> extends Serializable {

  /**
   * Maps one pair.
   *
   * @param first the pair's key
   * @param second the pair's value
   * @return the result, may be null
   * @throws Exception whatever went wrong; the caller gets it as the cause of a {@link
   *     TaskException}
   */
  C map(A first, B second) throws Exception;
}
