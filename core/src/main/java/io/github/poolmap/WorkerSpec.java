package io.github.poolmap;

import java.util.List;

/**
 * What a pool needs of a worker process: everything that decides how the JVM is launched. Equal
 * specs describe interchangeable workers.
 */
public interface WorkerSpec {

  /**
   * Returns the JVM and its options, without the class path and what differs from worker to worker.
   *
   * @return the executable first
   */
  List<String> command();

  /**
   * Boots a worker and waits until it is ready.
   *
   * @return the worker
   * @throws WorkerStartException if it cannot be launched, dies or stays silent while booting
   */
  WorkerProcess launch();
}
