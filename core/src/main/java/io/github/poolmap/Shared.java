package io.github.poolmap;

import java.io.Serializable;

/**
 * A large value that tasks read, sent to each worker process at most once.
 *
 * <pre>{@code
 * try (Shared<double[]> weights = pools.share(load())) {
 *   pools.processes().map(row -> dot(row, weights.get()), rows);
 * }
 * }</pre>
 *
 * <p>Made by {@link Pools#share}; tasks capture it. In the program, and so on threads, {@link #get}
 * gives the object that was shared. In a worker process it gives a copy of how that was when it was
 * shared: the first call in that process makes it, whatever the number of functions, calls and
 * pools that refer to it. Of a primitive array that is an array in the worker's heap; of a buffer a
 * view of a file in memory, which is not copied and cannot be written to; anything else is
 * serialized. Nobody should change the value: on threads everybody would see it, in processes
 * nobody else.
 *
 * <p>It may go to any process pool of the program, also of another {@code Pools}, and to worker
 * processes of its worker processes; a worker may hand it back, and it is the same object then.
 * Safe for use by many threads. Not meant to be implemented by others.
 *
 * @param <V> type of the value
 */
public interface Shared<V> extends AutoCloseable, Serializable {

  /**
   * Returns the value.
   *
   * <p>A buffer in a worker process has the elements between position and limit of the one that was
   * shared, in the same byte order. Each call gives a view with a position of its own, which is 0
   * at first.
   *
   * @return the value
   * @throws IllegalStateException if it was closed; in a worker process only if it was so before
   *     that process had the value
   * @throws PoolException if a worker process cannot read the value
   */
  V get();

  /**
   * Deletes the copy that workers read. A call that sends it to a process fails from then on, with
   * {@link NotSerializableTaskException}; tasks under way keep what they have got by {@link #get}.
   * Close it when the calls that use it have ended. Doing it again does nothing more; in a worker
   * process it does nothing.
   *
   * <p>It happens by itself when the {@link Pools} is closed or terminated, when nothing in the
   * program refers to it any more, and when the program ends.
   */
  @Override
  void close();
}
