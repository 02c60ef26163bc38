package io.github.poolmap;

/** The pool takes no calls any more, or was terminated while this one was under way. */
public class PoolClosedException extends PoolException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message which pool, and what was refused
   */
  public PoolClosedException(String message) {
    super(message, null);
  }
}
