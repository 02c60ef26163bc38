package io.github.poolmap.internal.process;

import io.github.poolmap.internal.wire.Started;

/** How the {@link System#nanoTime()} of a worker stands to that of this JVM. */
final class WorkerClock {

  private WorkerClock() {}

  /**
   * Returns what has to be added to times of the worker's clock to get those of this JVM.
   *
   * <p>Nobody promises that two JVMs count from the same moment, but those of one system do: the
   * clock is the system's. They are taken to do so if by both clocks in one the worker heard after
   * it was asked, and answered before that was here. A clock of its own, as in a container with a
   * time namespace, would have to differ by less than the two messages were on their way. What the
   * worker did in between, which may be an initializer of minutes, does not count. For such a clock
   * the answer is taken to have been given when it arrived. That is late rather than early by what
   * the answer took: no item shall get less than its time.
   *
   * @param asked when the worker was told to start, by this JVM's clock
   * @param arrived when its answer was here, by the same
   */
  static long offset(long asked, Started answer, long arrived) {
    boolean same = answer.heard() - asked >= 0 && arrived - answer.said() >= 0;
    return same ? 0 : arrived - answer.said();
  }
}
