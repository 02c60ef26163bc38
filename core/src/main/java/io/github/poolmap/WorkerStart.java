package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/**
 * The first thing that a worker process does: it becomes what {@link WorkerInfo} and {@link
 * WorkerLocal} call a worker, and runs the user's initializer.
 *
 * <p>Not a record: to read the first record of a stream a JVM takes as long as for all the rest of
 * this.
 */
final class WorkerStart implements Effect<WorkerInfo> {

  private static final long serialVersionUID = 1L;

  /** The user's, or null. */
  private final @Nullable Effect<? super WorkerInfo> initializer;

  WorkerStart(@Nullable Effect<? super WorkerInfo> initializer) {
    this.initializer = initializer;
  }

  @Override
  public void accept(WorkerInfo info) throws Exception {
    CurrentWorker.becomeProcessWorker(info);
    if (initializer != null) {
      initializer.accept(info);
    }
  }
}
