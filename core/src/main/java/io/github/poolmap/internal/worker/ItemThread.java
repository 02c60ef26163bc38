package io.github.poolmap.internal.worker;

/**
 * The thread that executes items. It can be interrupted while it is inside user code, and only
 * then: not while it reads or writes its socket, which an interrupt would close.
 *
 * <p>An order to interrupt names its item, so that it cannot hit the next one; interrupts by user
 * code that come too late are dropped. {@link Thread#interrupt()} may itself run user code (that of
 * an interruptible channel), so it is not called under the lock; instead, leaving an item waits for
 * interrupts that are on their way.
 */
final class ItemThread extends Thread {

  /** Stands for what is done before the first task, as the chunk of an item. */
  static final int START = -1;

  private final Object lock = new Object();

  // Guarded by lock: the item whose user code is being executed; chunk 0 is none.
  private int chunk;
  private int position;
  private int onTheirWay;

  ItemThread(Runnable loop, String name) {
    super(null, loop, name, 0, false);
    // That of an earlier pool makes this one, and may have changed what is inherited.
    setDaemon(false);
    setPriority(NORM_PRIORITY);
  }

  /** This thread begins with an item. */
  void enter(int newChunk, int newPosition) {
    synchronized (lock) {
      chunk = newChunk;
      position = newPosition;
    }
  }

  /** This thread is done with the user code of the item; no interrupt leaves a trace. */
  void leave() {
    synchronized (lock) {
      chunk = 0;
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

  /**
   * Interrupts the item if it is still being executed.
   *
   * @param before is done first, while the item cannot end
   */
  void interrupt(int targetChunk, int targetPosition, Runnable before) {
    synchronized (lock) {
      if (chunk != targetChunk || position != targetPosition) {
        return;
      }
      onTheirWay++;
    }
    try {
      before.run();
    } finally {
      carryOut();
    }
  }

  @Override
  public void interrupt() {
    synchronized (lock) {
      if (chunk == 0) {
        return;
      }
      onTheirWay++;
    }
    carryOut();
  }

  private void carryOut() {
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
