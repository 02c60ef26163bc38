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
   * Lets the worker forget its pool and keeps it for the next one with an equal {@link WorkerSpec},
   * if it is as good as new. Closes the values of its {@link WorkerLocal}s and waits for that, at
   * most one second.
   *
   * <p>It is not as good as new, and false is returned, if a task was stopped in it (by a time
   * limit, a failure, a cancelled call); if a task or the initializer threw an {@link Error} other
   * than an {@link AssertionError}; if a thread or a child process is left over; if system
   * properties, the default locale or time zone, the standard streams, the default handler of
   * uncaught exceptions, of cookies, of responses of authentication, or the default selector of
   * proxies are not what they were; if after a collection more than a quarter of the heap is in
   * use; if it has executed as many tasks or takes as much memory as its pool allows; or if it has
   * been idle for as long as warm workers live. Statics of classes on the class path, loaded native
   * libraries and registered shutdown hooks stay and do not count.
   *
   * <p>A pool may still be using the worker: only {@link StartStrategy#release} may call this.
   *
   * @return true if it is kept; else the caller has to {@link #stop()} it
   */
  boolean keepWarm();

  /**
   * Ends the process: it is asked to exit, which runs its shutdown hooks, and killed if it has not
   * gone one second later. Returns when it is gone. Doing it again does nothing more. Not to be
   * called after {@link #keepWarm()} has returned true: then another pool may have it.
   */
  void stop();
}
