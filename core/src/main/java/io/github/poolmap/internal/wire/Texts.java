package io.github.poolmap.internal.wire;

/** Exceptions of user code as text; their own methods are user code as well and may throw. */
public final class Texts {

  private Texts() {}

  /** Returns what the exception says of itself, or its class and what that threw. */
  public static String of(Throwable thrown) {
    try {
      return thrown.toString();
    } catch (Throwable t) {
      return thrown.getClass().getName() + " (its toString() threw " + t.getClass().getName() + ")";
    }
  }
}
