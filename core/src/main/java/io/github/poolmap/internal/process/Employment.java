package io.github.poolmap.internal.process;

/** What a worker has to know of the pool that has it; each time it is had is another employment. */
final class Employment {

  private final WorkerNames names;
  private final byte[] endEffect;
  private final long idleNanos;
  private final WorkerLimits limits;

  /**
   * A worker begins to work for a pool.
   *
   * @param names how it is called there
   * @param endEffect what it does after its last task, serialized
   * @param idleNanos how long it may have nothing to do
   * @param limits how much it may do
   */
  Employment(WorkerNames names, byte[] endEffect, long idleNanos, WorkerLimits limits) {
    this.names = names;
    this.endEffect = endEffect;
    this.idleNanos = idleNanos;
    this.limits = limits;
  }

  WorkerNames names() {
    return names;
  }

  byte[] endEffect() {
    return endEffect;
  }

  long idleNanos() {
    return idleNanos;
  }

  WorkerLimits limits() {
    return limits;
  }
}
