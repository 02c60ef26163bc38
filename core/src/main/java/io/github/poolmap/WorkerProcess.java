package io.github.poolmap;

/** A child JVM that works for a pool. Safe for use by many threads. */
public interface WorkerProcess {

  /**
   * Returns the process id.
   *
   * @return the pid
   */
  long pid();

  /**
   * Tells whether the process runs.
   *
   * @return false once it has ended
   */
  boolean isAlive();

  /**
   * Ends the process: it is asked to exit, which runs its shutdown hooks, and killed if it has not
   * gone one second later. Returns when it is gone. Doing it again does nothing more.
   */
  void stop();
}
