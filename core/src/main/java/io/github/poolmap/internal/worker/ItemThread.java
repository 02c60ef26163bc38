package io.github.poolmap.internal.worker;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The thread that executes items. It can be interrupted while it is inside user code, and only
 * then: not while it reads or writes its socket, which an interrupt would close.
 *
 * <pre>
 *   outside --enter, item named, begin--> inside item --enter, item named, begin--> inside the next
 *      ^                                      |
 *      +----------------leave-----------------+
 * </pre>
 *
 * <p>An order to interrupt names its item, so that it cannot hit the next one; interrupts by user
 * code that come too late are dropped. {@link Thread#interrupt()} may itself run user code (that of
 * an interruptible channel), so it is not called under the lock; instead, whoever interrupts counts
 * itself first and looks at the item then, and this thread, after it has said where it is, waits
 * until none is counted. There is a full fence between the two steps of either, so at least one
 * sees the other. That of this thread comes with naming the item in the ledger; it costs as much as
 * the rest of an item that does nothing, so no other is taken from one item to the next.
 *
 * <p>What {@link #begin} drops may have been meant for the item that begins. But orders follow the
 * ledger, so that such an item is condemned there by then; whoever begins it looks after that.
 */
final class ItemThread extends Thread {

  /** Stands for what is done before the first task, as the chunk of an item. */
  static final int START = -1;

  private static final long OUTSIDE = 0;

  /** The item whose user code is being executed. */
  private final AtomicLong place = new AtomicLong(OUTSIDE);

  private final Object lock = new Object();

  /** Written under the lock. */
  private volatile int onTheirWay;

  ItemThread(Runnable loop, String name) {
    super(null, loop, name, 0, false);
    // That of an earlier pool makes this one, and may have changed what is inherited.
    setDaemon(false);
    setPriority(NORM_PRIORITY);
  }

  /** Chunks are never 0, so this is never OUTSIDE. */
  private static long place(int chunk, int position) {
    return (long) chunk << 32 | position;
  }

  /**
   * This thread comes to an item. Has no fence: something that has one is to follow, and then
   * {@link #begin}.
   */
  void enter(int chunk, int position) {
    place.lazySet(place(chunk, position));
  }

  /** From here on interrupts are for the item that was entered, and none has come before it. */
  void begin() {
    if (onTheirWay > 0) {
      awaitInterrupts();
    }
    Thread.interrupted();
  }

  /** This thread begins with user code that no ledger knows of. */
  void enterUnnamed() {
    place.set(place(START, 0));
    begin();
  }

  /** This thread is done with the user code of items; no interrupt leaves a trace. */
  void leave() {
    place.set(OUTSIDE);
    begin();
  }

  private void awaitInterrupts() {
    synchronized (lock) {
      while (onTheirWay > 0) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // One of those that are waited for.
          continue;
        }
      }
    }
  }

  /**
   * Interrupts the item if it is still being executed.
   *
   * @param before is done first, while the item cannot end
   */
  void interrupt(int targetChunk, int targetPosition, Runnable before) {
    count(1);
    try {
      if (place.get() == place(targetChunk, targetPosition)) {
        before.run();
        super.interrupt();
      }
    } finally {
      count(-1);
    }
  }

  @Override
  public void interrupt() {
    count(1);
    try {
      if (place.get() != OUTSIDE) {
        super.interrupt();
      }
    } finally {
      count(-1);
    }
  }

  private void count(int more) {
    synchronized (lock) {
      onTheirWay += more;
      lock.notifyAll();
    }
  }
}
