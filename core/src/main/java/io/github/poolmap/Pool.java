package io.github.poolmap;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Maps a function over inputs with several workers at once.
 *
 * <p>The workers are the calling thread ({@link SerialPool}), threads ({@link ThreadPool}) or child
 * JVMs ({@link ProcessPool}); what this interface says holds for all of them.
 *
 * <p><b>Order.</b> Results stand in the order of the inputs, whichever worker was first.
 *
 * <p><b>Failure.</b> Calls fail fast: from the first failure on no further item is started, running
 * ones are interrupted, and of the genuine failures recorded by then the one with the lowest index
 * is thrown. What is interrupted because of that failure is never reported in its place. An item is
 * never started twice.
 *
 * <p><b>Interruption.</b> Every call here is interruptible: it stops its items, waits for them at
 * most the {@linkplain MapOptions#gracePeriod(java.time.Duration) grace period}, and throws {@link
 * PoolInterruptedException} with the thread's interrupt flag set.
 *
 * <p><b>Threads.</b> A pool may be used from many threads at once. Active calls are served in turn,
 * chunk by chunk, so that none waits for another to finish. A call to a thread pool from inside a
 * task runs on the worker that makes it, so that tasks may use pools without a deadlock.
 *
 * <p><b>Laziness.</b> No worker is started before the first call.
 *
 * @param <T> the bound of the inputs that this pool takes; {@code starmap} and {@code apply} ignore
 *     it
 * @param <R> the bound of the results that this pool gives
 */
public interface Pool<T, R> extends AutoCloseable {

  /**
   * Applies the mapper to each input and waits for all the results.
   *
   * <p>A {@link java.util.Collection} is copied at the start; any other iterable is read by the
   * calling thread while workers already run. An exception of its iterator stops the call and
   * reaches the caller as itself.
   *
   * @param mapper the function; for a {@link ProcessPool} it is serialized once, in the calling
   *     thread
   * @param inputs the inputs, may hold nulls
   * @param <A> type of the inputs
   * @param <B> type of the results
   * @return the results in the order of the inputs; unmodifiable, may hold nulls
   * @throws TaskException if an item failed; its cause is the exception that the mapper threw
   * @throws WorkerCrashedException if the worker process of an item died
   * @throws WorkerStartException if no worker could be started
   * @throws NotSerializableTaskException if the mapper cannot be sent to a process
   * @throws PoolInterruptedException if the calling thread is interrupted
   * @throws PoolClosedException if the pool is closed, or terminated meanwhile
   */
  <A extends T, B extends R> List<B> map(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs);

  /**
   * Applies the mapper to the key and the value of each pair and waits for all the results.
   *
   * <p>Otherwise like {@link #map map}, exceptions included. Pairs are copied when they are read,
   * so that the entry set of any map will do.
   *
   * @param mapper the function
   * @param pairs the pairs of arguments
   * @param <A> type of the first argument
   * @param <B> type of the second argument
   * @param <C> type of the results
   * @return the results in the order of the pairs; unmodifiable, may hold nulls
   */
  <A, B, C extends R> List<C> starmap(
      BiMapper<? super A, ? super B, ? extends C> mapper,
      Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs);

  /**
   * Runs one task in a worker and waits for its result.
   *
   * <p>Otherwise like {@link #map map} over one input, exceptions included; the index is 0.
   *
   * @param task the work
   * @param <B> type of the result
   * @return what the task gave back, may be null
   */
  <B extends R> B apply(Task<? extends B> task);

  /**
   * Returns a view of this pool whose calls use other options.
   *
   * <p>The view shares the workers and the life of this pool: closing one closes the other.
   *
   * <pre>{@code pool.with(o -> o.chunkSize(100)).map(mapper, inputs)}</pre>
   *
   * @param change turns this pool's options into those of the view
   * @return the view
   * @throws IllegalArgumentException if an option is out of its range
   */
  Pool<T, R> with(UnaryOperator<MapOptions> change);

  /**
   * Returns how many items this pool runs at a time at most.
   *
   * @return the number of workers, 1 for a {@link SerialPool}
   */
  int workers();

  /**
   * Tells whether calls are refused.
   *
   * @return true from the start of {@link #close()} or {@link #terminate()} on
   */
  boolean isClosed();

  /**
   * Refuses new calls, waits for the calls under way and ends the workers. Doing it again does
   * nothing more.
   *
   * <p>Interrupted meanwhile it {@linkplain #terminate() terminates} instead and keeps the
   * interrupt flag. Called from a task of this pool it returns at once; the workers end after the
   * calls. A pool that came from {@link Pools} is a handle: closing it ends the handle, its workers
   * end with the {@code Pools}.
   */
  @Override
  void close();

  /**
   * Refuses new calls, stops those under way and ends the workers; returns within the grace period
   * and one second.
   *
   * <p>Stopped calls throw {@link PoolClosedException}. A thread that ignores its interrupt cannot
   * be stopped on the JVM: it is left behind as a daemon, which the log says. Called from a task of
   * this pool it returns without waiting.
   */
  void terminate();
}
