package io.github.poolmap.internal.process;

/**
 * What a worker JVM has done in its life. Used by one thread at a time: that of the lane that has
 * the worker.
 */
final class Workload {

  private long tasks;
  private long busyNanos;
  private long bootNanos;
  private long residentBytes;
  private long lookedAt;

  /** It has executed so many tasks in that time. */
  void add(int count, long nanos) {
    tasks += count;
    busyNanos += nanos;
  }

  /** It has taken so long to become ready. */
  void booted(long nanos) {
    bootNanos = nanos;
  }

  long tasks() {
    return tasks;
  }

  long bootNanos() {
    return bootNanos;
  }

  /** Returns how long a task takes; a very long time as long as nobody knows. */
  long meanTaskNanos() {
    return tasks == 0 ? Integer.MAX_VALUE : busyNanos / tasks;
  }

  /**
   * Returns its resident size.
   *
   * @param age an earlier reading that is not older will do, in nanoseconds
   */
  long residentBytes(ChildJvm worker, long age) {
    long now = System.nanoTime();
    if (lookedAt == 0 || now - lookedAt > age) {
      residentBytes = ResidentSize.of(worker.pid());
      lookedAt = now;
    }
    return residentBytes;
  }
}
