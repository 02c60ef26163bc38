package io.github.poolmap.internal.process;

import org.jspecify.annotations.Nullable;

/**
 * How much a worker may do before another one takes its place.
 *
 * @param tasks how many tasks, {@link #UNLIMITED} for any number
 * @param memory how many bytes of resident memory, {@link #UNLIMITED} for any number
 */
public record WorkerLimits(int tasks, long memory) {

  public static final int UNLIMITED = 0;

  /** From here on it is time to boot a successor, as a share of the memory. */
  private static final double NEARLY = 0.9;

  /** Reading the size costs some 20 microseconds. */
  private static final long LOOK_NANOS = 1_000_000;

  /** Returns how many more tasks the worker may execute. */
  int tasksLeft(ChildJvm worker) {
    return tasks == UNLIMITED
        ? Integer.MAX_VALUE
        : (int) Math.max(0, tasks - worker.workload().tasks());
  }

  /** Returns which limit the worker has come to; null if it may go on. */
  @Nullable String exceededBy(ChildJvm worker) {
    if (tasksLeft(worker) == 0) {
      return "it has executed " + worker.workload().tasks() + " tasks of " + tasks;
    }
    if (memory != UNLIMITED) {
      long bytes = worker.workload().residentBytes(worker, LOOK_NANOS);
      if (bytes > memory) {
        return "it takes " + bytes + " bytes of memory of " + memory;
      }
    }
    return null;
  }

  /**
   * Tells whether a successor that is booted now would come in time.
   *
   * @param sent how many tasks the worker has been sent and has not executed yet
   */
  boolean isNearlyExceededBy(ChildJvm worker, int sent) {
    Workload load = worker.workload();
    if (tasks != UNLIMITED) {
      long left = tasksLeft(worker);
      if (left - sent <= 0 || left < 2 * load.bootNanos() / Math.max(1, load.meanTaskNanos())) {
        return true;
      }
    }
    return memory != UNLIMITED && load.residentBytes(worker, LOOK_NANOS) > memory * NEARLY;
  }
}
