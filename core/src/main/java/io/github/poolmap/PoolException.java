package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/** The root of what pools throw. */
public class PoolException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened
   * @param cause why, may be null
   */
  public PoolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
