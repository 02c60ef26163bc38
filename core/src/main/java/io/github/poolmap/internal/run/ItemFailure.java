package io.github.poolmap.internal.run;

import io.github.poolmap.TaskException;

/**
 * The failure of an item as its worker recorded it. The exception is made of it in the thread of
 * the caller, because that takes the input's {@code toString()}, which is user code.
 */
@FunctionalInterface
public interface ItemFailure {

  /**
   * Makes the exception.
   *
   * @param index the item's position in the input
   * @param input the input as text
   */
  TaskException toException(long index, String input);

  /** The function threw. */
  static ItemFailure thrown(Throwable thrown, String worker) {
    return (index, input) ->
        new TaskException(
            "item "
                + index
                + " failed in "
                + worker
                + ": "
                + Descriptions.of(thrown)
                + " (input: "
                + input
                + ")",
            thrown,
            index,
            input,
            worker,
            1);
  }
}
