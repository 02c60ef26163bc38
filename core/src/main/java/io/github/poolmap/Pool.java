package io.github.poolmap;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Maps a function over inputs with several workers at once.
 *
 * <p>The workers are the calling thread ({@link SerialPool}), threads ({@link ThreadPool}) or child
 * JVMs ({@link ProcessPool}); what this interface says holds for all of them.
 *
 * <p><b>Order.</b> Results stand in the order of the inputs, whichever worker was first, unless the
 * method says otherwise ({@code imapUnordered}, {@code imapOutcomes}).
 *
 * <p><b>Failure.</b> Calls fail fast: from the first failure on no further item is started, running
 * ones are interrupted, and of the genuine failures recorded by then the one with the lowest index
 * is thrown, with up to ten others as suppressed ones. What is interrupted because of that failure
 * is never reported in its place. {@code mapOutcomes} and {@code imapOutcomes} go on instead and
 * tell of each item what became of it. Without {@link MapOptions#retries retries} an item is never
 * started twice.
 *
 * <p><b>Interruption.</b> Every blocking call here is interruptible: it stops its items, waits for
 * them at most the {@linkplain MapOptions#gracePeriod(java.time.Duration) grace period}, and throws
 * {@link PoolInterruptedException} with the thread's interrupt flag set.
 *
 * <p><b>Futures.</b> The future of an {@code ...Async} method fails with the exception that the
 * blocking call would have thrown. Completing it by any means, such as {@code cancel}, {@code
 * complete} or {@code orTimeout}, stops the items that have not ended. Stages that depend on it run
 * on threads that no pool needs. In a {@link SerialPool} the call runs before the method returns.
 *
 * <p><b>Streams.</b> The stream of an {@code imap...} method starts nothing before its terminal
 * operation, and is read by the thread of that: it reads inputs, at most {@link
 * MapOptions#maxInFlight maxInFlight} items ahead of what it has yielded, and hands them to
 * workers. So infinite inputs are fine. {@code parallel()} makes no difference to the pool. Close a
 * stream that you do not read to its end, to stop what still runs; whoever reads on in it gets an
 * {@link IllegalStateException}. One that is abandoned unread holds no worker, once the items that
 * were handed out have ended.
 *
 * <p><b>Threads.</b> A pool may be used from many threads at once. Active calls are served in turn,
 * chunk by chunk, so that none waits for another to finish. A call to a thread pool from inside a
 * task never waits for a worker of that pool: a blocking call without time limits runs on the
 * worker that makes it, any other has one extra thread. So tasks may use pools without a deadlock.
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
   * <p>A {@link java.util.Collection} is copied at the start, unless it is a list that nobody can
   * change, such as one of {@code List.of} or {@code Stream.toList}; any other iterable is read by
   * the calling thread while workers already run. An exception of its iterator stops the call and
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
   * Applies the mapper to each input, without waiting.
   *
   * <p>Like {@link #map map}, but any iterable that is no collection is read by a thread of its
   * own. What {@code map} would throw, the future fails with; only a closed pool and a mapper that
   * cannot be sent are reported by this method itself.
   *
   * @param mapper the function
   * @param inputs the inputs, may hold nulls
   * @param <A> type of the inputs
   * @param <B> type of the results
   * @return the future list of results; completing or cancelling it stops the work
   */
  <A extends T, B extends R> CompletableFuture<List<B>> mapAsync(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs);

  /**
   * Applies the mapper to inputs as the stream is read, and yields results in the order of the
   * inputs.
   *
   * <p>A failing item throws at its position, after the results before it; an exception of the
   * iterator likewise. Both end the call.
   *
   * @param mapper the function
   * @param inputs the inputs, may be infinite
   * @param <A> type of the inputs
   * @param <B> type of the results
   * @return a lazy stream; closing it stops the work
   */
  <A extends T, B extends R> Stream<B> imap(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs);

  /**
   * Applies the mapper to inputs as the stream is read, and yields each result as soon as it is
   * there.
   *
   * <p>A failing item throws at once and ends the call. An exception of the iterator comes after
   * the results of the items before it.
   *
   * @param mapper the function
   * @param inputs the inputs, may be infinite
   * @param <A> type of the inputs
   * @param <B> type of the results
   * @return a lazy stream; closing it stops the work
   */
  <A extends T, B extends R> Stream<B> imapUnordered(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs);

  /**
   * Applies the mapper to each input, waits, and tells of each what became of it: one outcome for
   * every input, in order, whatever happens.
   *
   * <p>A failing item stops nothing. If the call's time is over, if no worker can be started, or if
   * ten workers died in a row and no item ended between, the items that have not ended get that as
   * their failure. Only an interrupt, {@link #terminate()}, an exception of the iterator and a
   * mapper that cannot be sent throw.
   *
   * <p>One outcome for every input means that the input is read to its end also when the call's
   * time is over; endless ones are for {@link #imapOutcomes imapOutcomes}.
   *
   * @param mapper the function
   * @param inputs the inputs, may hold nulls
   * @param <A> type of the inputs
   * @param <B> type of the values
   * @return the outcomes in the order of the inputs; unmodifiable
   */
  <A extends T, B extends R> List<Outcome<A, B>> mapOutcomes(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs);

  /**
   * The same as {@link #mapOutcomes mapOutcomes}, lazily and in the order in which items end.
   *
   * @param mapper the function
   * @param inputs the inputs, may be infinite
   * @param <A> type of the inputs
   * @param <B> type of the values
   * @return a lazy stream of one outcome for every input; closing it stops the work
   */
  <A extends T, B extends R> Stream<Outcome<A, B>> imapOutcomes(
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
   * Applies the mapper to the key and the value of each pair, without waiting.
   *
   * <p>Otherwise like {@link #mapAsync mapAsync}.
   *
   * @param mapper the function
   * @param pairs the pairs of arguments
   * @param <A> type of the first argument
   * @param <B> type of the second argument
   * @param <C> type of the results
   * @return the future list of results; completing or cancelling it stops the work
   */
  <A, B, C extends R> CompletableFuture<List<C>> starmapAsync(
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
   * Runs one task in a worker, without waiting.
   *
   * <p>Otherwise like {@link #mapAsync mapAsync} over one input.
   *
   * @param task the work
   * @param <B> type of the result
   * @return the future result; completing or cancelling it stops the work
   */
  <B extends R> CompletableFuture<B> applyAsync(Task<? extends B> task);

  /**
   * Does something with each input and waits until it is done: a {@link #map map} without results,
   * exceptions included.
   *
   * @param effect what is done
   * @param inputs the inputs, may hold nulls
   * @param <A> type of the inputs
   */
  <A extends T> void forEach(Effect<? super A> effect, Iterable<? extends A> inputs);

  /**
   * Returns a view of this pool whose calls use other options.
   *
   * <p>The view shares the workers and the life of this pool: closing one closes the other.
   *
   * <pre>{@code pool.with(o -> o.chunkSize(100)).map(mapper, inputs)}</pre>
   *
   * @param change turns this pool's options into those of the view
   * @return the view
   * @throws IllegalArgumentException if an option is out of its range, or means nothing to this
   *     kind of pool
   */
  Pool<T, R> with(UnaryOperator<MapOptions> change);

  /**
   * Returns how many items this pool runs at a time at most.
   *
   * @return the number of workers, 1 for a {@link SerialPool}; for {@link Pools#auto()} the number
   *     chosen now
   */
  int workers();

  /**
   * Tells what this pool has done so far. Views and handles that share workers share them. Calls
   * the {@code toString()} of those among the slowest items' inputs that have not been described
   * yet.
   *
   * @return the figures of this moment
   */
  PoolStats stats();

  /**
   * Tells whether calls are refused.
   *
   * @return true from the start of {@link #close()} or {@link #terminate()} on
   */
  boolean isClosed();

  /**
   * Refuses new calls, cancels open streams, waits for blocking calls and futures and ends the
   * workers. Doing it again does nothing more. The next element of a cancelled stream throws {@link
   * PoolClosedException}.
   *
   * <p>Tasks of the calls that it waits for may still make blocking calls, which are part of
   * theirs. All others, also futures and streams that a task asks for, get {@link
   * PoolClosedException}.
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
   * <p>Stopped calls throw {@link PoolClosedException}, stopped futures fail with it. A thread that
   * ignores its interrupt cannot be stopped on the JVM: it is left behind as a daemon, which the
   * log says. Called from a task of this pool it returns without waiting.
   */
  void terminate();
}
