package io.github.poolmap;

/**
 * How a {@link ProcessPool} comes by its worker processes.
 *
 * <p>The strategies of the library are enough for most programs. One of your own may wrap them, for
 * example to count or to limit starts; it gets workers by {@link WorkerSpec#launch()} only. Both
 * methods are called by many threads at once.
 */
public interface StartStrategy {

  /**
   * Provides a worker that is ready for its first task.
   *
   * @param spec what the pool needs
   * @return a live worker, obtained from {@link WorkerSpec#launch()} of an equal spec
   * @throws WorkerStartException if none can be started
   */
  WorkerProcess start(WorkerSpec spec);

  /**
   * Takes back a worker that its pool needs no longer. Called once for each worker that {@link
   * #start} gave, alive or dead; the strategy decides what becomes of it.
   *
   * @param worker the worker
   */
  void release(WorkerProcess worker);

  /**
   * A fresh JVM for every worker of every pool: nothing survives from one pool to the next, each
   * start costs a JVM's boot.
   *
   * @return the strategy
   */
  static StartStrategy spawn() {
    return SpawnStrategy.INSTANCE;
  }
}
