package io.github.poolmap;

/**
 * The last thing that a worker process does for a pool if another one is to have it. Has no fields,
 * like {@link WorkerStart}.
 */
final class WorkerEnd implements Effect<WorkerInfo> {

  private static final long serialVersionUID = 1L;

  @Override
  public void accept(WorkerInfo info) {
    CurrentWorker.closeProcessWorker();
  }
}
