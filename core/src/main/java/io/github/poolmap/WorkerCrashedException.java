package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The worker process died while it had this item. Other items are not harmed: finished ones keep
 * their results, the others go to another worker, and the pool starts a new one.
 *
 * @serial exclude
 */
public class WorkerCrashedException extends TaskException {

  private static final long serialVersionUID = 1L;

  private final Death death;

  /** Why a worker process is no more. */
  public enum Reason {
    /** The JVM itself crashed, most often in native code. */
    NATIVE_CRASH,
    /** The heap of the worker was exhausted. */
    OUT_OF_MEMORY,
    /**
     * The process ended by itself: by {@code System.exit}, whose stack trace is the cause then, or
     * by {@code Runtime.halt}.
     */
    EXIT,
    /**
     * A signal from outside ended it, for example {@code kill -9} or the kernel's out-of-memory
     * killer, which the message names if it is likely. A {@code Runtime.halt} with a status above
     * 128 looks the same.
     */
    SIGNAL,
    /** It said something that no worker says, or closed its channel. */
    PROTOCOL,
    /** The pool stopped it. */
    STOPPED
  }

  /**
   * What is known of the death of a worker process.
   *
   * @param reason why it died
   * @param exitStatus the exit status, as the operating system tells it; -1 if unknown
   * @param signal the name of the signal, for example {@code SIGKILL}; null if there was none
   * @param pid the process id
   * @param slot the worker's number in the pool, from 1
   * @param stderrTail the last lines that it wrote to standard error, may be empty
   * @param crashReport the first lines of the JVM's crash report (hs_err), empty if there is none
   * @serial exclude
   */
  public record Death(
      Reason reason,
      int exitStatus,
      @Nullable String signal,
      long pid,
      int slot,
      String stderrTail,
      String crashReport)
      implements Serializable {

    /**
     * Checks that nothing but the signal is null.
     *
     * @param reason why it died
     * @param exitStatus the exit status, -1 if unknown
     * @param signal the name of the signal, null if there was none
     * @param pid the process id
     * @param slot the worker's number in the pool
     * @param stderrTail the last lines of standard error
     * @param crashReport the first lines of the crash report
     */
    public Death {
      requireNonNull(reason, "reason");
      requireNonNull(stderrTail, "stderrTail");
      requireNonNull(crashReport, "crashReport");
    }
  }

  /**
   * Makes an exception.
   *
   * @param message what happened
   * @param cause the call of {@code System.exit} that ended the worker, null if there was none
   * @param death what is known of it
   * @param index the item's position in the input, from 0
   * @param input the input as text
   * @param worker the worker that had the item
   * @param attempts how often the item was started
   */
  public WorkerCrashedException(
      String message,
      @Nullable Throwable cause,
      Death death,
      long index,
      String input,
      String worker,
      int attempts) {
    super(message, cause, index, input, worker, attempts);
    this.death = requireNonNull(death, "death");
  }

  /**
   * Returns why the worker died.
   *
   * @return the reason
   */
  public Reason reason() {
    return death.reason();
  }

  /**
   * Returns the exit status of the worker.
   *
   * @return the status, above 128 for most signals, -1 if unknown
   */
  public int exitStatus() {
    return death.exitStatus();
  }

  /**
   * Returns the signal that ended the worker.
   *
   * @return its name, for example {@code SIGKILL}, or null if there was none
   */
  public @Nullable String signal() {
    return death.signal();
  }

  /**
   * Returns the process id of the worker.
   *
   * @return the pid
   */
  public long pid() {
    return death.pid();
  }

  /**
   * Returns the worker's number in the pool.
   *
   * @return the slot, from 1
   */
  public int slot() {
    return death.slot();
  }

  /**
   * Returns the last lines that the worker wrote to standard error.
   *
   * @return the lines, may be empty
   */
  public String stderrTail() {
    return death.stderrTail();
  }

  /**
   * Returns the beginning of the JVM's crash report.
   *
   * @return the lines, empty if the JVM left none
   */
  public String crashReport() {
    return death.crashReport();
  }
}
