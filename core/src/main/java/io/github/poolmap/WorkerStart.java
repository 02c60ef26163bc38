package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/**
 * The first thing that a worker process does: it becomes what {@link WorkerInfo} and {@link
 * WorkerLocal} call a worker, and runs the user's initializer.
 *
 * @param initializer the user's, or null
 */
record WorkerStart(@Nullable Effect<? super WorkerInfo> initializer) implements Effect<WorkerInfo> {

  @Override
  public void accept(WorkerInfo info) throws Exception {
    CurrentWorker.becomeProcessWorker(info);
    if (initializer != null) {
      initializer.accept(info);
    }
  }
}
