package io.github.poolmap.internal.run;

import io.github.poolmap.PoolKind;
import org.jspecify.annotations.Nullable;

/**
 * What tasks can know of their worker and keep with it, provided by the doors of the API. Used by
 * the thread that is the worker; only {@link #close} may be called by another, after the last task.
 */
public interface WorkerScope {

  /** Makes the worker what the calling thread is. Returns what {@link #leave} needs. */
  @Nullable Object enter();

  /** Makes the calling thread what it was before. */
  void leave(@Nullable Object before);

  /** Runs the user's initializer, within the scope. */
  void initialize() throws Exception;

  /** Closes what tasks have kept with the worker. Runs user code. */
  void close();

  /** Makes scopes. */
  @FunctionalInterface
  interface Factory {

    /** Makes the scope of a worker that the calling thread is about to be. */
    WorkerScope open(PoolKind kind, int index);
  }
}
