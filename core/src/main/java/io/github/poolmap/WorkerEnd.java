package io.github.poolmap;

/** The last thing that a worker process does for a pool if another one is to have it. */
record WorkerEnd() implements Effect<WorkerInfo> {

  @Override
  public void accept(WorkerInfo info) {
    CurrentWorker.closeProcessWorker();
  }
}
