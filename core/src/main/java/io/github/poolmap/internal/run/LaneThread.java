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
final class LaneThread extends Thread {

  private final Object lock = new Object();

  // Guarded by lock.
  private boolean inUserCode;
  private int onTheirWay;

  LaneThread(Runnable lane, String name) {
    // Bears no context of the caller who happened to need it first.
    super(null, lane, name, 0, false);
    setContextClassLoader(LaneThread.class.getClassLoader());
    setPriority(NORM_PRIORITY);
    setDaemon(true);
  }

  /** From here on interrupts count. Called by this thread. */
  void enterUserCode() {
    synchronized (lock) {
      inUserCode = true;
    }
  }

  /**
   * From here on interrupts are dropped, and those that came have left no trace. By this thread.
   */
  void leaveUserCode() {
    synchronized (lock) {
      inUserCode = false;
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
      if (!inUserCode) {
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
