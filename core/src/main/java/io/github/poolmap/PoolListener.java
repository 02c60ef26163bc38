package io.github.poolmap;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hears what happens in a pool. All methods do nothing unless they are overridden.
 *
 * <p>Each listener is called by one daemon thread of its own, in the order of the events, so it
 * need not be safe for many threads and may take its time: no call waits for it. Up to 10,000
 * events wait for a slow listener; what comes then is dropped, and the log says how many were. What
 * a listener throws is logged.
 */
public interface PoolListener {

  /**
   * A call has begun.
   *
   * @param call the call
   */
  default void callStarted(Call call) {}

  /**
   * A call has ended: nothing of it runs any more.
   *
   * @param call the call
   * @param duration from its start to its end
   * @param failure what it ended with; null if it ended well
   */
  default void callEnded(Call call, Duration duration, @Nullable Throwable failure) {}

  /**
   * A worker is ready: its thread or JVM has been started and its initializer has run.
   *
   * @param worker the worker
   */
  default void workerStarted(Worker worker) {}

  /**
   * A worker has ended: it was idle for long, its pool was closed, or it crashed or had to be given
   * up.
   *
   * @param worker the worker
   */
  default void workerEnded(Worker worker) {}

  /**
   * An attempt at an item has failed, and there will be another one.
   *
   * @param item the item
   * @param failure what the function threw, or the {@link WorkerCrashedException} or {@link
   *     TaskTimeoutException} that stopped it
   */
  default void itemRetried(Item item, Throwable failure) {}

  /**
   * An item has failed for good.
   *
   * @param item the item
   * @param failure what the function threw, or the {@link WorkerCrashedException} or {@link
   *     TaskTimeoutException} that stopped it
   */
  default void itemFailed(Item item, Throwable failure) {}

  /**
   * A call.
   *
   * @param pool the name of its pool
   * @param number counts the calls of the pool, from 1
   */
  record Call(String pool, long number) {}

  /**
   * A worker.
   *
   * @param pool the name of its pool
   * @param name the name of the worker, for a process with its pid
   * @param index its number in the pool, from 0
   */
  record Worker(String pool, String name, int index) {}

  /**
   * An attempt at an item.
   *
   * @param call the call that it belongs to
   * @param index its position in the input, from 0
   * @param attempt which attempt it was, from 1; 0 if it could not be started at all
   * @param worker the name of the worker that had it
   */
  record Item(Call call, long index, int attempt, String worker) {}
}
