package io.github.poolmap.internal.run;

import io.github.poolmap.PoolException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Why a run is stopped by something other than the failure of an item.
 *
 * @param exception makes what the caller gets, in the caller's thread
 * @param ofItems the failure of each item that has not ended, in calls that tell what became of
 *     each; null if such a call throws like the others
 */
record StopCause(Supplier<? extends Throwable> exception, @Nullable ItemFailure ofItems) {

  /** The whole call ends with the exception, whatever kind of call it is. */
  static StopCause ofCall(Supplier<? extends Throwable> exception) {
    return new StopCause(exception, null);
  }

  /** Nothing more can be done for the items; calls that tell what became of each say so. */
  static StopCause ofItems(Supplier<? extends PoolException> exception) {
    return new StopCause(exception, ItemFailure.unfinished(exception));
  }
}
