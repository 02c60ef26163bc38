package io.github.poolmap.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * Objects of the user's as text, for messages. Their {@code toString()} may throw; what the caller
 * has to see is the failure of the item, not that of its description.
 */
public final class Descriptions {

  private static final int LONGEST = 200;

  private Descriptions() {}

  /** Returns the input's {@code toString()}, cut. */
  static String ofInput(@Nullable Object input) {
    String text = of(input);
    return text.length() <= LONGEST ? text : start(text, LONGEST - 1) + "…";
  }

  /** Returns so many characters, or one less where that would cut one of two parts. */
  private static String start(String text, int length) {
    boolean cuts =
        Character.isHighSurrogate(text.charAt(length - 1))
            && Character.isLowSurrogate(text.charAt(length));
    return text.substring(0, cuts ? length - 1 : length);
  }

  /**
   * Returns what a throwable says of itself. A class that could not be loaded is but a name; why it
   * could not is said by the cause.
   */
  static String ofThrown(Throwable thrown) {
    String text = of(thrown);
    if (thrown.getClass() == NoClassDefFoundError.class) {
      Throwable cause = thrown.getCause();
      if (cause != null && cause.getClass() == ClassNotFoundException.class) {
        return text + ", caused by " + cause;
      }
    }
    return text;
  }

  /** Returns the object's {@code toString()}, or its class and what that threw. */
  public static String of(@Nullable Object object) {
    if (object == null) {
      return "null";
    }
    try {
      return String.valueOf(object.toString());
    } catch (Throwable t) {
      return object.getClass().getName() + " (its toString() threw " + t.getClass().getName() + ")";
    }
  }
}
