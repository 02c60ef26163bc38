package io.github.poolmap.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * Consecutive items of a run.
 *
 * @param from the index of the first
 * @param size how many there are
 * @param inputs has their inputs
 * @param offset where the input of the first is
 * @param attempts how often each of them has been started already
 * @param fruitlessDeaths how many workers died in a row with them before they began one of them
 * @param since when the first of them could be claimed
 */
record Items(
    long from, int size, Inputs inputs, int offset, int attempts, int fruitlessDeaths, long since)
    implements Comparable<Items> {

  @Nullable Object input(int position) {
    return inputs.get(offset + position);
  }

  /** Those at positions [start, end). */
  Items slice(int start, int end, int moreAttempts, int deaths) {
    return new Items(
        from + start, end - start, inputs, offset + start, attempts + moreAttempts, deaths, since);
  }

  @Override
  public int compareTo(Items that) {
    return Long.compare(from, that.from);
  }
}
