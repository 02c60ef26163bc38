package io.github.poolmap.internal.process;

/** How the {@link System#nanoTime()} of a worker stands to that of this JVM. */
final class WorkerClock {

  private WorkerClock() {}

  /**
   * Returns what has to be added to times of the worker's clock to get those of this JVM.
   *
   * <p>Nobody promises that two JVMs count from the same moment, but those of one system do: the
   * clock is the system's. They are taken to do so if the answer's time lies between those of
   * question and answer here. A clock of its own, as in a container with a time namespace, does not
   * hit these few milliseconds by chance; then the answer is taken to have been given when it
   * arrived. That is late rather than early by what the answer took: no item shall get less than
   * its time.
   *
   * @param asked when the worker was asked, by this JVM's clock
   * @param answered when it answered, by its own
   * @param arrived when the answer was here, by this JVM's clock
   */
  static long offset(long asked, long answered, long arrived) {
    boolean same = answered - asked >= 0 && arrived - answered >= 0;
    return same ? 0 : arrived - answered;
  }
}
