package io.github.poolmap;

/**
 * Process pools are nested too deep: the program may start worker processes, its workers may too,
 * but the workers of those may not.
 */
public class NestedPoolException extends PoolException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message how deep this JVM stands, and what is allowed
   */
  public NestedPoolException(String message) {
    super(message, null);
  }
}
