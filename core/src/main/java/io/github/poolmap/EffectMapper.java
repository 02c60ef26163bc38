package io.github.poolmap;

/**
 * An {@link Effect} as a mapper whose results are all null.
 *
 * @param effect what is done with each input
 * @param <T> type of the inputs
 */
record EffectMapper<T>(Effect<? super T> effect) implements Mapper<T, Object> {

  @Override
  @SuppressWarnings("NullAway") // Null is an ordinary result.
  public Object map(T input) throws Exception {
    effect.accept(input);
    return null;
  }
}
