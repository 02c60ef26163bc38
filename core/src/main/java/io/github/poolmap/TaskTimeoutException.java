package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * An item took longer than its {@linkplain MapOptions#taskTimeout(Duration) time limit} and was
 * stopped. Other items are not harmed.
 *
 * @serial exclude
 */
public class TaskTimeoutException extends TaskException {

  private static final long serialVersionUID = 1L;

  private final Duration limit;
  private final StackTraceElement[] stack;

  /**
   * Makes an exception.
   *
   * @param message what happened
   * @param limit the time limit of the item
   * @param stack where the task was when its time was over, innermost first; may be empty
   * @param index the item's position in the input, from 0
   * @param input the input as text
   * @param worker the worker that had the item
   * @param attempts how often the item was started
   */
  public TaskTimeoutException(
      String message,
      Duration limit,
      List<StackTraceElement> stack,
      long index,
      String input,
      String worker,
      int attempts) {
    super(message, null, index, input, worker, attempts);
    this.limit = requireNonNull(limit, "limit");
    this.stack = stack.toArray(StackTraceElement[]::new);
  }

  /**
   * Returns how long the item was allowed to take, from its start in the worker.
   *
   * @return the limit
   */
  public Duration limit() {
    return limit;
  }

  /**
   * Returns where the task was when its time was over.
   *
   * @return its stack, innermost frame first; empty if it could not be had
   */
  public List<StackTraceElement> stack() {
    return List.of(stack);
  }
}
