package io.github.poolmap.internal.process;

import io.github.poolmap.PoolException;
import io.github.poolmap.WorkerCrashedException;
import io.github.poolmap.WorkerCrashedException.Death;
import io.github.poolmap.WorkerCrashedException.Reason;
import io.github.poolmap.internal.run.ItemFailure;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The failure of the item that a worker had in its hands when it died.
 *
 * @param worker the name of the worker, with its pid
 * @param death what is known of its death
 * @param violation what it said that no worker says, null if it only fell silent
 * @param exit the call of System.exit that it ended by, null if it did not or that is not known
 * @param oomKill whether it was most likely the kernel that killed it, for want of memory
 * @param wasStarted false if the item was not started, because too many before it met this
 */
record Crash(
    String worker,
    Death death,
    @Nullable IOException violation,
    @Nullable ExitCall exit,
    boolean oomKill,
    boolean wasStarted)
    implements ItemFailure {

  @Override
  public PoolException toException(Item item) {
    return new WorkerCrashedException(
        "item "
            + item.index()
            + (wasStarted
                ? " was lost with its worker "
                : " was not started: too many workers died in a row, the last of them was ")
            + worker
            + ": "
            + describe()
            + item.suffix()
            + (death.stderrTail().isEmpty() ? "" : "\nstderr: " + death.stderrTail())
            + (death.crashReport().isEmpty() ? "" : "\n" + death.crashReport()),
        exit,
        death,
        item.index(),
        item.input(),
        worker,
        item.attempts());
  }

  @Override
  public String label() {
    return WorkerCrashedException.class.getSimpleName() + " (" + death.reason() + ")";
  }

  @Override
  public boolean isCrash() {
    return wasStarted;
  }

  @Override
  public ItemFailure notStarted() {
    return new Crash(worker, death, violation, exit, oomKill, false);
  }

  /** Tells whether it was its pool that ended the worker. */
  boolean isStop() {
    return death.reason() == Reason.STOPPED;
  }

  /** Returns what there is of it in the form of an exception. */
  @Nullable Throwable cause() {
    return violation != null ? violation : exit;
  }

  /** Says what the worker died of. */
  String describe() {
    String status = Exit.describe(death.exitStatus());
    return switch (death.reason()) {
      case NATIVE_CRASH -> "the JVM crashed in native code, status " + status;
      case OUT_OF_MEMORY -> "its heap was exhausted, status " + status;
      case EXIT ->
          "it ended itself with status "
              + death.exitStatus()
              + (exit == null ? "" : ", " + exit.getMessage());
      case SIGNAL ->
          "it was ended by "
              + death.signal()
              + ", status "
              + death.exitStatus()
              + (oomKill
                  ? ", most likely by the kernel's out-of-memory killer, which has killed in its"
                      + " control group meanwhile"
                  : "");
      case PROTOCOL ->
          violation == null
              ? "it closed its channel and lived on"
              : "it broke the protocol: " + violation.getMessage();
      case STOPPED -> "it was stopped by its pool";
    };
  }
}
