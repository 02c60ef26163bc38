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
    CurrentWorker worker = new CurrentWorker(info);
    worker.enter();
    Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "poolmap-locals"));
    if (initializer != null) {
      initializer.accept(info);
    }
  }
}
