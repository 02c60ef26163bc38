package io.github.poolmap;

/**
 * Reuse, with spare workers that are booted ahead of need.
 *
 * @param spares how many wait for each spec
 */
record StandbyStrategy(int spares) implements StartStrategy {

  private static final int MOST_SPARES = 64;

  static StandbyStrategy of(int spares) {
    if (spares < 1 || spares > MOST_SPARES) {
      throw new IllegalArgumentException(
          "standby = " + spares + " is out of range: allowed are 1 to " + MOST_SPARES + " spares");
    }
    return new StandbyStrategy(spares);
  }

  @Override
  public WorkerProcess start(WorkerSpec spec) {
    WorkerProcess warm = spec.takeWarm();
    spec.prepareSpares(spares);
    return warm != null ? warm : spec.launch();
  }

  @Override
  public void release(WorkerProcess worker) {
    ReuseStrategy.INSTANCE.release(worker);
  }

  @Override
  public String toString() {
    return "standby(" + spares + ")";
  }
}
