package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/**
 * A worker process could not be started: it failed to launch, died or stayed silent while booting.
 *
 * @serial exclude
 */
public class WorkerStartException extends PoolException {

  private static final long serialVersionUID = 1L;

  private final String command;
  private final String stderrTail;

  /**
   * Makes an exception.
   *
   * @param message what happened
   * @param command the command line that was launched
   * @param stderrTail the last lines that the process wrote to standard error, may be empty
   * @param cause why, may be null
   */
  public WorkerStartException(
      String message, String command, String stderrTail, @Nullable Throwable cause) {
    super(message, cause);
    this.command = command;
    this.stderrTail = stderrTail;
  }

  /**
   * Returns what was launched.
   *
   * @return the command line, with the contents of its argument file
   */
  public String command() {
    return command;
  }

  /**
   * Returns the last lines that the process wrote to standard error.
   *
   * @return the lines, may be empty
   */
  public String stderrTail() {
    return stderrTail;
  }
}
