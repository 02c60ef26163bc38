package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/**
 * An item of a call failed.
 *
 * <p>The cause is the exception that the function threw. From a worker process it is that exception
 * with the stack trace of the worker, or, if it cannot be serialized, a likeness that bears its
 * class name, message, stack trace, causes and suppressed exceptions.
 *
 * @serial exclude
 */
public class TaskException extends PoolException {

  private static final long serialVersionUID = 1L;

  private final long index;
  private final String input;
  private final String worker;
  private final int attempts;

  /**
   * Makes an exception.
   *
   * @param message what happened
   * @param cause what the function threw, null if it did not come to that
   * @param index the item's position in the input, from 0
   * @param input the input as text
   * @param worker the worker that had the item
   * @param attempts how often the item was started
   */
  public TaskException(
      String message,
      @Nullable Throwable cause,
      long index,
      String input,
      String worker,
      int attempts) {
    super(message, cause);
    this.index = index;
    this.input = input;
    this.worker = worker;
    this.attempts = attempts;
  }

  /**
   * Returns which item failed.
   *
   * @return its position in the input, from 0
   */
  public long index() {
    return index;
  }

  /**
   * Returns what the item was.
   *
   * @return the input's {@code toString()}, cut to 200 characters
   */
  public String input() {
    return input;
  }

  /**
   * Returns where the item ran.
   *
   * @return the worker's name, for a process with its pid
   */
  public String worker() {
    return worker;
  }

  /**
   * Returns how often the item was started.
   *
   * @return 1, more if it was tried again, 0 if it failed before it could start
   */
  public int attempts() {
    return attempts;
  }
}
