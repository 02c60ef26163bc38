package io.github.poolmap;

import io.github.poolmap.internal.run.WorkerScope;
import org.jspecify.annotations.Nullable;

/** Makes a thread of this JVM what {@link WorkerInfo} and {@link WorkerLocal} call a worker. */
final class PoolWorker implements WorkerScope {

  private final CurrentWorker worker;
  private final @Nullable Effect<? super WorkerInfo> initializer;

  private PoolWorker(WorkerInfo info, @Nullable Effect<? super WorkerInfo> initializer) {
    this.worker = new CurrentWorker(info);
    this.initializer = initializer;
  }

  static WorkerScope.Factory factory(@Nullable Effect<? super WorkerInfo> initializer) {
    long pid = ProcessHandle.current().pid();
    return (kind, index) ->
        new PoolWorker(new WorkerInfo(kind, index, pid, Thread.currentThread()), initializer);
  }

  @Override
  public @Nullable Object enter() {
    return worker.enter();
  }

  @Override
  public void leave(@Nullable Object before) {
    CurrentWorker.leave((CurrentWorker) before);
  }

  @Override
  public void initialize() throws Exception {
    if (initializer != null) {
      initializer.accept(worker.info());
    }
  }

  @Override
  public void close() {
    worker.close();
  }
}
