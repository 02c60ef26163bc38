package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;

/**
 * A kind of pool: makes the executors of its lanes.
 *
 * @param <F> the form in which this kind of pool needs the function
 */
public interface Backend<F> {

  /**
   * Tells whether lanes execute their chunks in their own thread, so that tasks run in this JVM.
   */
  boolean isInline();

  /**
   * Brings the function into its form, in the thread of the caller and before anything runs.
   *
   * @throws io.github.poolmap.PoolException if this kind of pool cannot take it
   */
  F prepare(Mapper<Object, Object> mapper);

  /**
   * Makes the executor of a lane.
   *
   * @param slot the lane's number, from 1
   * @param laneName the name of the lane and its thread
   */
  ChunkExecutor<F> newExecutor(int slot, String laneName);

  /** Makes {@link ChunkExecutor#open} calls that are under way fail soon, and those to come. */
  void refuseToOpen();

  /** Makes {@link ChunkExecutor#close} calls from now on forgo courtesy. */
  void terminate();
}
