package io.github.poolmap;

/** Takes a warm worker where there is one, and leaves warm ones behind. */
enum ReuseStrategy implements StartStrategy {
  INSTANCE;

  @Override
  public WorkerProcess start(WorkerSpec spec) {
    WorkerProcess warm = spec.takeWarm();
    return warm != null ? warm : spec.launch();
  }

  @Override
  public void release(WorkerProcess worker) {
    if (!worker.keepWarm()) {
      worker.stop();
    }
  }

  @Override
  public String toString() {
    return "reuse()";
  }
}
