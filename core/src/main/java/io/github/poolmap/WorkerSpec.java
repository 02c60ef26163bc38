package io.github.poolmap;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pool needs of a worker process: everything that decides how the JVM is launched. Equal
 * specs describe interchangeable workers. Safe for use by many threads.
 */
public interface WorkerSpec {

  /**
   * Returns the JVM and its options, without the class path, what differs from worker to worker and
   * what a {@linkplain ProcessPool.Builder#launcher launcher} puts in front.
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

  /**
   * Takes a worker of an equal spec that was {@linkplain WorkerProcess#keepWarm() kept warm}, the
   * latest one first. Does not wait.
   *
   * @return the worker, alive; null if there is none
   */
  @Nullable WorkerProcess takeWarm();

  /**
   * Sees in the background that so many workers of this spec wait to be taken by {@link
   * #takeWarm()}: boots those that are missing as soon as the pools with such workers have nothing
   * to do, or after a second. Returns at once. A boot that fails is logged, and tried again with
   * the next request.
   *
   * @param count how many
   */
  void prepareSpares(int count);
}
