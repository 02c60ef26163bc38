package io.github.poolmap;

/**
 * How a {@link ProcessPool} comes by its worker processes.
 *
 * <p>It is asked for a worker when the pool wants one more. A pool takes workers that are warm at
 * once, up to its number of workers; beyond those it asks for the first one when a call needs it,
 * and for others as soon as the calls under way can be expected to take longer than a start.
 *
 * <p>The strategies of the library are enough for most programs. One of your own may wrap them, for
 * example to count or to limit starts; it gets workers by {@link WorkerSpec#launch()} and {@link
 * WorkerSpec#takeWarm()} only. Both methods are called by many threads at once.
 */
public interface StartStrategy {

  /**
   * Provides a worker that is ready for its first task.
   *
   * @param spec what the pool needs
   * @return a live worker, obtained from an equal spec, that no pool has at present
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

  /**
   * A warm JVM that an earlier pool of this program with an equal {@link WorkerSpec} left behind,
   * else a fresh one. This is the default.
   *
   * <p>A worker stays warm if it is as good as new but for the statics of the classes on its class
   * path and what its JVM has loaded and compiled, see {@link WorkerProcess#keepWarm()}. There is
   * at most one warm worker for each core of the machine, the one used last is taken first, and
   * each ends when it has not been used for 60 seconds, or for the idle timeout of its pool if that
   * is shorter; {@link Pools#releaseWarm()} ends all of them.
   *
   * @return the strategy
   */
  static StartStrategy reuse() {
    return ReuseStrategy.INSTANCE;
  }

  /**
   * As {@link #reuse()}, and beside that so many spare JVMs are booted ahead of need: after a pool
   * has asked for its first worker, and again whenever a spare has been taken. A boot would take
   * the cores from the call that waits for its first result, so it begins when the workers of the
   * pool have nothing to do, or have been given back; if they are busy for longer, after a second.
   * Workers that have been given back warm by then are spares as well. They wait in the background
   * as long as a pool has a worker of an equal {@link WorkerSpec}, and after that as long as other
   * warm ones.
   *
   * @param spares how many JVMs wait for each spec, 1 to 64; each holds memory
   * @return the strategy; equal for equal numbers
   * @throws IllegalArgumentException if the number is out of range
   */
  static StartStrategy standby(int spares) {
    return StandbyStrategy.of(spares);
  }
}
