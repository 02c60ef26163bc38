package io.github.poolmap.internal.wire;

import org.jspecify.annotations.Nullable;

/** Stands for an exception of a worker that cannot be serialized: looks like it in every trace. */
public final class LikenessException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String originalClass;

  LikenessException(String originalClass, @Nullable String message) {
    super(message);
    this.originalClass = originalClass;
  }

  /** Returns the class name of the original. */
  public String originalClass() {
    return originalClass;
  }

  @Override
  public String toString() {
    String message = getMessage();
    return message == null ? originalClass : originalClass + ": " + message;
  }
}
