package io.github.poolmap.internal.run;

/**
 * The thread of a lane. It can be interrupted while it executes user code, and only then.
 *
 * <p>An interrupt that arrives elsewhere would hit the next item, or close a channel that the lane
 * reads. User code can get hold of this thread and interrupt it at any time, also long after its
 * task has ended; such an interrupt has nobody to reach any more and is dropped.
 *
 * <p>{@link Thread#interrupt()} may itself run user code (that of an interruptible channel), so it
 * is not called under the lock; instead, leaving user code waits for interrupts that are on their
 * way.
 */
final class LaneThread extends ServiceThread {

  private final Object lock = new Object();

  // Guarded by lock.
  private int depth;
  private int onTheirWay;

  private final boolean executesTasks;

  /**
   * Makes a thread.
   *
   * @param executesTasks whether tasks run in it, and not only what reads and writes their values
   */
  LaneThread(Runnable lane, String name, boolean executesTasks) {
    super(lane, name);
    this.executesTasks = executesTasks;
  }

  boolean executesTasks() {
    return executesTasks;
  }

  /** Tells whether this thread executes user code at the moment. */
  boolean isInUserCode() {
    synchronized (lock) {
      return depth > 0;
    }
  }

  /** From here on interrupts count. Called by this thread; user code may be nested. */
  void enterUserCode() {
    synchronized (lock) {
      depth++;
    }
  }

  /**
   * Outside the outermost user code interrupts are dropped, and those that came have left no trace.
   * Called by this thread.
   */
  void leaveUserCode() {
    synchronized (lock) {
      depth--;
      if (depth > 0) {
        return;
      }
      while (onTheirWay > 0) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // One of those that are waited for.
          continue;
        }
      }
    }
    Thread.interrupted();
  }

  @Override
  public void interrupt() {
    synchronized (lock) {
      if (depth == 0) {
        return;
      }
      onTheirWay++;
    }
    try {
      super.interrupt();
    } finally {
      synchronized (lock) {
        onTheirWay--;
        lock.notifyAll();
      }
    }
  }
}
