package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A call took longer than its {@linkplain MapOptions#callTimeout(Duration) time limit}; its items
 * have been stopped.
 *
 * @serial exclude
 */
public class CallTimeoutException extends PoolException {

  private static final long serialVersionUID = 1L;

  private final Duration limit;

  /**
   * Makes an exception.
   *
   * @param message what happened
   * @param limit the time limit of the call
   */
  public CallTimeoutException(String message, Duration limit) {
    super(message, null);
    this.limit = requireNonNull(limit, "limit");
  }

  /**
   * Returns how long the call was allowed to take.
   *
   * @return the limit
   */
  public Duration limit() {
    return limit;
  }
}
