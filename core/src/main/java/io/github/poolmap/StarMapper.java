package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Map;

/**
 * A {@link BiMapper} as a mapper of pairs.
 *
 * @param function what is applied to key and value
 * @param <A> type of the keys
 * @param <B> type of the values
 * @param <C> type of the results
 */
record StarMapper<A, B, C>(BiMapper<? super A, ? super B, ? extends C> function)
    implements Mapper<Map.Entry<A, B>, C> {

  /**
   * Copies a pair when it is read: entries of maps may change, be reused, or not be serializable.
   */
  static <A, B> Map.Entry<A, B> copy(Map.Entry<? extends A, ? extends B> pair) {
    requireNonNull(pair, "a pair of starmap is null");
    return new SimpleImmutableEntry<>(pair.getKey(), pair.getValue());
  }

  @Override
  public C map(Map.Entry<A, B> pair) throws Exception {
    return function.map(pair.getKey(), pair.getValue());
  }
}
