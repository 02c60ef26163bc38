package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/**
 * The first thing that a worker process does: it becomes what {@link WorkerInfo} and {@link
 * WorkerLocal} call a worker.
 *
 * <p>Has no fields, so that its name is all that a worker has to be told.
 */
final class WorkerStart implements Effect<WorkerInfo> {

  private static final long serialVersionUID = 1L;

  /** Returns what a worker does first if there is this initializer, or none. */
  static Effect<WorkerInfo> with(@Nullable Effect<? super WorkerInfo> initializer) {
    return initializer == null ? new WorkerStart() : new Initialized(initializer);
  }

  @Override
  public void accept(WorkerInfo info) {
    CurrentWorker.becomeProcessWorker(info);
  }

  /**
   * The same with the user's initializer behind it.
   *
   * @param initializer what runs once the worker knows that it is one
   */
  private record Initialized(Effect<? super WorkerInfo> initializer) implements Effect<WorkerInfo> {

    @Override
    public void accept(WorkerInfo info) throws Exception {
      CurrentWorker.becomeProcessWorker(info);
      initializer.accept(info);
    }
  }
}
