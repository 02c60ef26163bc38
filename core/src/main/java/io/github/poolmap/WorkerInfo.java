package io.github.poolmap;

import static java.util.Objects.requireNonNull;

/**
 * What a task can know of the worker that executes it, and an {@code initializer} of the worker
 * that it prepares.
 *
 * @param kind what kind of worker it is
 * @param index its number in the pool, from 0 to workers - 1; it stays the same when the thread or
 *     the JVM behind it is replaced. Names of workers count from 1, so that of index 0 ends in
 *     {@code -1}. In a {@link SerialPool} it is always 0. A call made inside a task of a {@link
 *     ThreadPool} may get a thread of its own, which is numbered from {@code workers()} on
 * @param pid the process id of its JVM
 * @param thread the thread that executes its tasks
 */
public record WorkerInfo(PoolKind kind, int index, long pid, Thread thread) {

  /**
   * Checks that there is a kind and a thread.
   *
   * @param kind what kind of worker it is
   * @param index its number in the pool
   * @param pid the process id of its JVM
   * @param thread the thread that executes its tasks
   */
  public WorkerInfo {
    requireNonNull(kind, "kind");
    requireNonNull(thread, "thread");
  }

  /**
   * Returns the worker that the calling task runs on.
   *
   * @return the worker
   * @throws IllegalStateException if the calling thread executes no task
   */
  public static WorkerInfo current() {
    return CurrentWorker.get("WorkerInfo.current()").info();
  }

  /**
   * Tells whether the calling thread is a worker of a pool: executes a task or an initializer.
   *
   * @return false in every other thread, also in those that a task has started
   */
  public static boolean inWorker() {
    return CurrentWorker.isThere();
  }
}
