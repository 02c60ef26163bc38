package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import io.github.poolmap.PoolKind;

/**
 * A kind of pool: makes the executors of its lanes.
 *
 * @param <F> the form in which this kind of pool needs the function
 */
public interface Backend<F> {

  /** Returns what the workers are. */
  PoolKind kind();

  /**
   * Tells whether lanes execute their chunks in their own thread, so that tasks run in this JVM.
   */
  default boolean isInline() {
    return kind() != PoolKind.PROCESSES;
  }

  /**
   * Brings the function into its form, in the thread of the caller and before anything runs.
   *
   * @throws io.github.poolmap.PoolException if this kind of pool cannot take it
   */
  F prepare(Mapper<Object, Object> mapper);

  /**
   * Makes the executor of a lane.
   *
   * @param slot the lane's number, from 0
   * @param laneName the name of the lane and its thread
   */
  ChunkExecutor<F> newExecutor(int slot, String laneName);

  /**
   * Makes the thread of a lane.
   *
   * @param slot the lane's number, from 0
   * @param lane what the thread does
   * @param name the name of the lane
   */
  default Thread newThread(int slot, Runnable lane, String name) {
    return new LaneThread(lane, name, isInline());
  }

  /** Tells whether executors can do what {@link Chunk#measure} asks for. */
  default boolean measuresChunks() {
    return false;
  }

  /**
   * Returns how long {@link ChunkExecutor#open} takes that has to start a worker, in nanoseconds;
   * zero if that is next to nothing, always. Called under a lock, like the next one.
   */
  default long startNanos() {
    return 0;
  }

  /** Returns how many executors could be opened now without that. */
  default int workersAtHand() {
    return 0;
  }

  /** Makes {@link ChunkExecutor#open} calls that are under way fail soon, and those to come. */
  void refuseToOpen();

  /** Makes {@link ChunkExecutor#close} calls from now on forgo courtesy. */
  void terminate();

  /**
   * What has been sent to workers because they lacked it.
   *
   * @param resources how many classes and other resources
   * @param bytes how large they were
   */
  record Shipped(long resources, long bytes) {}

  /** Returns what has been shipped so far. */
  default Shipped shipped() {
    return new Shipped(0, 0);
  }
}
