package io.github.poolmap.internal.run;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one thread waits at until it is called, by others that hold the lock.
 *
 * <p>A {@link java.util.concurrent.locks.Condition} lines up those that it calls for the lock,
 * which is then passed from one to the next; with ten thousand lanes each waits for the wake-up of
 * all before it. From here each goes its own way.
 */
final class Doorbell {

  private static final long FOR_EVER = Long.MAX_VALUE;

  /** Written under the lock. */
  private volatile boolean rung;

  /** Guarded by the lock. */
  private @Nullable Thread waiting;

  /** Ends the wait, if there is one. Needs the lock. */
  void ring() {
    rung = true;
    LockSupport.unpark(waiting);
  }

  /**
   * Waits for the bell without the lock, which the calling thread holds before and after. May
   * return early.
   */
  void await(ReentrantLock lock) throws InterruptedException {
    await(lock, FOR_EVER);
  }

  /** The same, but no longer than so many nanoseconds. */
  void await(ReentrantLock lock, long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    rung = false;
    waiting = Thread.currentThread();
    lock.unlock();
    try {
      while (!rung && (nanos == FOR_EVER || end - System.nanoTime() > 0)) {
        if (nanos == FOR_EVER) {
          LockSupport.park(this);
        } else {
          LockSupport.parkNanos(this, end - System.nanoTime());
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } finally {
      lock.lock();
      waiting = null;
    }
  }
}
