package io.github.poolmap;

/**
 * What becomes of what the workers of a {@link ProcessPool} write to standard output and standard
 * error: tasks, native code in them, and processes that they start with inherited streams.
 *
 * <p>It is passed on in whole lines, so that neither the lines of different workers nor those of
 * the two streams run into each other. A line longer than 64 KiB is passed on in lines of about
 * that length. A worker that writes faster than its lines are taken waits; nothing is buffered
 * beyond one line.
 *
 * <p>In all cases the last lines of standard error are kept for the messages of {@link
 * WorkerCrashedException} and {@link WorkerStartException}.
 */
public enum WorkerOutput {

  /** On {@link System#out} and {@link System#err} of this program. */
  INHERIT,

  /**
   * In the log, by slf4j: under the logger {@code io.github.poolmap.worker}, standard output as
   * INFO, standard error as WARN, with the names of the worker and of its pool in the MDC as {@code
   * poolmap.worker} and {@code poolmap.pool}.
   */
  LOG,

  /** Nowhere. */
  DISCARD
}
