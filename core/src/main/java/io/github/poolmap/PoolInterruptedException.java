package io.github.poolmap;

/**
 * The calling thread was interrupted during a blocking call. The items of the call have been
 * stopped, and the thread's interrupt flag is set.
 */
public class PoolInterruptedException extends PoolException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message which pool
   */
  public PoolInterruptedException(String message) {
    super(message, null);
  }
}
