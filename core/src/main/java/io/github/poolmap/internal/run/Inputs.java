package io.github.poolmap.internal.run;

import org.jspecify.annotations.Nullable;

/** Inputs as text, for messages. */
final class Inputs {

  private static final int LONGEST = 200;

  private Inputs() {}

  /** Returns the input's {@code toString()}, cut; a {@code toString()} that throws is named. */
  static String describe(@Nullable Object input) {
    String text;
    try {
      text = String.valueOf(input);
    } catch (RuntimeException | StackOverflowError e) {
      // The failure of the item is what the caller has to see, not that of its description.
      return String.valueOf(input == null ? null : input.getClass().getName())
          + " (its toString() threw "
          + e.getClass().getName()
          + ")";
    }
    if (text == null) {
      return "null";
    }
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }
}
