package io.github.poolmap;

/** Boots a JVM for each request and ends it as soon as its pool lets go of it. */
enum SpawnStrategy implements StartStrategy {
  INSTANCE;

  @Override
  public WorkerProcess start(WorkerSpec spec) {
    return spec.launch();
  }

  @Override
  public void release(WorkerProcess worker) {
    worker.stop();
  }

  @Override
  public String toString() {
    return "spawn()";
  }
}
