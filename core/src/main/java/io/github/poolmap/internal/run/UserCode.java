package io.github.poolmap.internal.run;

import org.jspecify.annotations.Nullable;

/**
 * The stretches of a lane during which user code runs in its thread, and how they are stopped.
 *
 * <pre>
 *   OUTSIDE --enter--> INSIDE --condemn--> CONDEMNED --abandon--> LOST
 *      ^                 |                     |
 *      +-----leave-------+--------leave--------+
 * </pre>
 *
 * <p>Condemning and leaving exclude each other, so that an item either has its outcome or is
 * stopped, and an interrupt hits the item that it is meant for. A thread that is lost belongs to no
 * pool any more: it takes no further chunk when it comes back, and ends.
 */
public final class UserCode {

  /** The innermost stretch that the thread is in: user code may call pools, and so be nested. */
  private static final ThreadLocal<@Nullable UserCode> CURRENT = new ThreadLocal<>();

  /** Of the thread inside: the stretch around this one. */
  private @Nullable UserCode outer;

  // Guarded by this.
  private @Nullable Thread thread;
  private @Nullable Run<?> run;
  private boolean condemned;
  private boolean lost;
  private int interruptsToCome;

  /** Returns the run for which the calling thread executes user code, innermost first, or null. */
  static @Nullable Run<?> currentRun() {
    UserCode innermost = CURRENT.get();
    return innermost == null ? null : innermost.run();
  }

  private synchronized @Nullable Run<?> run() {
    return run;
  }

  /** The calling thread begins to execute user code for a run; false if that has been stopped. */
  public boolean enter(Run<?> newRun) {
    synchronized (this) {
      // Read under the lock: a run is stopped before it is condemned here, so one sees the other.
      if (newRun.isStopped()) {
        return false;
      }
      enterAnyway(newRun);
    }
    return true;
  }

  /** The same for user code that has to be executed even if the run has been stopped. */
  public synchronized void enterAnyway(Run<?> newRun) {
    thread = Thread.currentThread();
    run = newRun;
    condemned = false;
    outer = CURRENT.get();
    CURRENT.set(this);
    if (thread instanceof LaneThread lane) {
      lane.enterUserCode();
    }
  }

  /**
   * The thread has come back from user code. The interrupt of a stop leaves no flag behind, unless
   * user code around this one is to stop as well.
   *
   * @return false if it was condemned meanwhile
   */
  public boolean leave() {
    if (Thread.currentThread() instanceof LaneThread lane) {
      // Before the run is forgotten: should an interrupt never come to its end, abandon() helps.
      lane.leaveUserCode();
    }
    synchronized (this) {
      while (interruptsToCome > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          // One of those that are waited for.
          continue;
        }
      }
      thread = null;
      run = null;
    }
    boolean stopsAround = false;
    for (UserCode around = outer; around != null; around = around.outer) {
      stopsAround |= around.isCondemned();
    }
    boolean kept = !isCondemned();
    if (!kept && !stopsAround) {
      Thread.interrupted();
    }
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
      outer = null;
    }
    return kept;
  }

  private synchronized boolean isCondemned() {
    return condemned;
  }

  /**
   * Condemns what is executed for the run.
   *
   * @return what interrupts it, to be run soon and once, by a thread that nobody waits for; null if
   *     there is nothing to interrupt
   */
  public @Nullable Runnable condemn(Run<?> stopped) {
    Thread target;
    synchronized (this) {
      target = thread;
      if (run != stopped || target == null) {
        return null;
      }
      condemned = true;
      if (target != Thread.currentThread()) {
        interruptsToCome++;
        return () -> interrupt(target);
      }
    }
    target.interrupt();
    return null;
  }

  private void interrupt(Thread target) {
    try {
      target.interrupt();
    } finally {
      synchronized (this) {
        interruptsToCome--;
        notifyAll();
      }
    }
  }

  /** Gives the thread up if it still executes user code for the run; true if it is lost. */
  public synchronized boolean abandon(Run<?> stopped) {
    lost |= run == stopped;
    return lost;
  }

  /** Tells whether the thread has been given up. */
  public synchronized boolean isLost() {
    return lost;
  }
}
