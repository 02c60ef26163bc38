package io.github.poolmap.internal.run;

import io.github.poolmap.PoolException;
import org.jspecify.annotations.Nullable;

/**
 * What became of an item.
 *
 * @param index the item's position in the input
 * @param input the input
 * @param value the result; null too if there is none
 * @param failure why there is no result; null if there is one
 * @param attempts how often it was started
 * @param nanos how long the last attempt took, 0 if unknown
 * @param worker who had it last, empty if nobody had
 */
public record Settled(
    long index,
    @Nullable Object input,
    @Nullable Object value,
    @Nullable ItemFailure failure,
    int attempts,
    long nanos,
    String worker) {

  /**
   * Makes the exception of a failed item; null if it succeeded. For the thread of the caller: it
   * describes the input, which runs user code.
   */
  public @Nullable PoolException exception() {
    return failure == null ? null : exception(failure, "");
  }

  /** Makes the exception, with a note at the end of its message. */
  PoolException exception(ItemFailure of, String note) {
    return of.toException(asItem(note));
  }

  /** Describes the item. Runs user code. */
  ItemFailure.Item asItem() {
    return asItem("");
  }

  private ItemFailure.Item asItem(String note) {
    return new ItemFailure.Item(index, Descriptions.ofInput(input), attempts, note);
  }
}
