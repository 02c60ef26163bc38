package io.github.poolmap.internal.process;

/** What a worker has to know of the pool that has it; each time it is had is another employment. */
final class Employment {

  private final String name;
  private final byte[] endEffect;
  private final long idleNanos;
  private final WorkerLimits limits;

  /**
   * A worker begins to work for a pool.
   *
   * @param name how the pool calls it
   * @param endEffect what it does after its last task, serialized
   * @param idleNanos how long it may have nothing to do
   * @param limits how much it may do
   */
  Employment(String name, byte[] endEffect, long idleNanos, WorkerLimits limits) {
    this.name = name;
    this.endEffect = endEffect;
    this.idleNanos = idleNanos;
    this.limits = limits;
  }

  String name() {
    return name;
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
