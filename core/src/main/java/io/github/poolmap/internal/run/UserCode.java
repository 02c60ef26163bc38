package io.github.poolmap.internal.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stretches of a lane during which user code runs in its thread, and how they are stopped.
 *
 * <pre>
 *                         +--expire--> EXPIRED --give up--+
 *                         |               |               v
 *   OUTSIDE --enter--> INSIDE --condemn--> STOPPED --abandon--> LOST
 *      ^                 |                     |
 *      +-----leave-------+--------leave--------+
 * </pre>
 *
 * <p>Condemning and leaving exclude each other, so that an item either has its outcome or is
 * stopped, and an interrupt hits the item that it is meant for. A thread that is lost belongs to no
 * pool any more: it takes no further chunk when it comes back, and ends.
 *
 * <h2>From item to item</h2>
 *
 * <p>Entering and leaving cost more than a small item. So a lane stays inside from item to item of
 * a chunk as long as they succeed and none has a time limit, and asks {@link #isCondemned} alone:
 * after an item, before the outcome is noted, and again before the next one starts. That needs no
 * fence, because what is condemned is the run and not one of its items:
 *
 * <ul>
 *   <li>Who stops a run condemns first and interrupts then. An item that sees the interrupt is
 *       followed by a look that sees why, so what the interrupt did to it is never taken for its
 *       outcome. An item whose look came before had ended by itself.
 *   <li>An interrupt that finds the thread between two items is seen by the look before the next
 *       one, which comes after the flag was cleared. Or that look came before: then the next item
 *       has started, the flag is still set, and the interrupt hits it, of the same run.
 *   <li>The last item of the chunk, one that fails, and one that is condemned end with {@link
 *       #leave}, which waits for interrupts on their way. None gets past it to another run.
 * </ul>
 *
 * <p>An item with a time limit is condemned by its name, so it has a stretch of its own, entered
 * and left under the lock.
 *
 * <p>{@link #abandon} gives up a thread wherever in the stretch it is. Whoever does that goes on
 * with a copy of the chunk ({@link Chunk#asLeft}), and the thread learns of it when it leaves.
 * Should it have been held up for the whole grace period right between an item's end and the note
 * of it, that item counts as not ended. No item is started by anybody else in its place: its run
 * has been stopped.
 */
public final class UserCode {

  /** How a stretch ended. */
  public enum End {
    /** By itself. */
    KEPT,
    /** It was to stop for the sake of its run. */
    STOPPED,
    /** The time of its item was over. */
    EXPIRED,
    /** Nobody waits for the thread any more, nor for what it had in its hands. */
    LOST
  }

  /** The innermost stretch that the thread is in: user code may call pools, and so be nested. */
  private static final ThreadLocal<@Nullable UserCode> CURRENT = new ThreadLocal<>();

  /** Of the thread inside: the stretch around this one. */
  private @Nullable UserCode outer;

  // Guarded by this.
  private @Nullable Thread thread;
  private @Nullable Object owner;
  private @Nullable Chunk<?> chunk;
  private int position;
  private long startNanos;

  /** Written under the lock. The thread inside looks at it between items without. */
  private volatile End end = End.KEPT;

  private List<StackTraceElement> stackAtExpiry = List.of();
  private boolean lost;
  private int interruptsToCome;

  /** Returns the run for which the calling thread executes user code, innermost first, or null. */
  static @Nullable Run<?> currentRun() {
    for (UserCode each = CURRENT.get(); each != null; each = each.outer) {
      if (each.owner() instanceof Run<?> run) {
        return run;
      }
    }
    return null;
  }

  /**
   * Tells whether the calling thread executes user code of this run, directly or through others.
   */
  static boolean isInside(Run<?> run) {
    for (Run<?> each = currentRun(); each != null; each = each.outer()) {
      if (each == run) {
        return true;
      }
    }
    return false;
  }

  private synchronized @Nullable Object owner() {
    return owner;
  }

  /** The calling thread begins to execute user code for a run; false if that has been stopped. */
  boolean enter(Run<?> run) {
    synchronized (this) {
      // Read under the lock: a run is stopped before it is condemned here, so one sees the other.
      if (run.isStopped()) {
        return false;
      }
      enterAnyway(run);
    }
    return true;
  }

  /**
   * The calling thread begins to execute an item, and those behind it if it stays inside; false if
   * their run has been stopped.
   */
  boolean enter(Chunk<?> itemsChunk, int itemPosition) {
    synchronized (this) {
      if (!enter(itemsChunk.run())) {
        return false;
      }
      chunk = itemsChunk;
      position = itemPosition;
      startNanos = itemsChunk.watch == null ? 0 : System.nanoTime();
    }
    return true;
  }

  /**
   * The same for user code that has to be executed even if the run has been stopped.
   *
   * @param newOwner the run, or whatever else {@link #condemn} will name
   */
  public synchronized void enterAnyway(Object newOwner) {
    thread = Thread.currentThread();
    owner = newOwner;
    end = End.KEPT;
    UserCode around = CURRENT.get();
    if (around != this) {
      // Else a stretch was not left, by an error of the library.
      outer = around;
      CURRENT.set(this);
    }
    if (thread instanceof LaneThread lane) {
      lane.enterUserCode();
    } else if (outer == null && PoolLane.isCurrent()) {
      // A lane's thread that cannot refuse interrupts has dropped those that came meanwhile.
      Thread.interrupted();
    }
  }

  /**
   * The thread has come back from user code. The interrupt of a stop leaves no flag behind, unless
   * user code around this one is to stop as well.
   */
  public End leave() {
    if (Thread.currentThread() instanceof LaneThread lane) {
      // Before the run is forgotten: should an interrupt never come to its end, abandon() helps.
      lane.leaveUserCode();
    }
    End result;
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
      owner = null;
      chunk = null;
      result = end;
    }
    boolean stopsAround = false;
    for (UserCode around = outer; around != null; around = around.outer) {
      stopsAround |= around.isCondemned();
    }
    if (result != End.KEPT && !stopsAround) {
      Thread.interrupted();
    }
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
      outer = null;
    }
    return isLost() ? End.LOST : result;
  }

  /**
   * The item has ended, but not this stretch: what decides about its failure is user code of the
   * same run, whose time is not that of the item. False if it has been condemned.
   */
  synchronized boolean endItem() {
    if (end == End.KEPT) {
      chunk = null;
    }
    return end == End.KEPT;
  }

  /** Tells whether what is executed is to stop. */
  boolean isCondemned() {
    return end != End.KEPT;
  }

  /** Returns where the thread was when the time of its item was over. */
  synchronized List<StackTraceElement> stackAtExpiry() {
    return stackAtExpiry;
  }

  /**
   * Condemns what is executed for the owner.
   *
   * @return what interrupts it, to be run soon and once, by a thread that nobody waits for; null if
   *     there is nothing to interrupt
   */
  public @Nullable Runnable condemn(Object stopped) {
    Thread target;
    synchronized (this) {
      target = thread;
      if (owner != stopped || target == null) {
        return null;
      }
      end = End.STOPPED;
      if (target != Thread.currentThread()) {
        return interruptToCome(target);
      }
    }
    target.interrupt();
    return null;
  }

  /**
   * The same, but for a thread that condemns itself: it sees what it does, and an interrupt that it
   * has from elsewhere is not to be mistaken for this one.
   */
  synchronized @Nullable Runnable condemnOther(Object stopped) {
    return thread == Thread.currentThread() ? null : condemn(stopped);
  }

  /** Needs the lock. */
  private Runnable interruptToCome(Thread target) {
    interruptsToCome++;
    return () -> {
      try {
        target.interrupt();
      } finally {
        synchronized (this) {
          interruptsToCome--;
          notifyAll();
        }
      }
    };
  }

  /** Gives the thread up if it still executes user code for the owner; true if it is lost. */
  public synchronized boolean abandon(Object stopped) {
    lost |= owner != null && owner == stopped;
    return lost;
  }

  /** Tells whether the thread has been given up. */
  public synchronized boolean isLost() {
    return lost;
  }

  // ---- the time of items

  /** Returns the item of this chunk that is being executed, null if there is none. */
  synchronized @Nullable UnderWay underWay(Chunk<?> of) {
    return chunk == of && end == End.KEPT ? new UnderWay(position, startNanos) : null;
  }

  /** Condemns an item whose time is over; null if it has ended or is to stop anyway. */
  synchronized @Nullable Runnable expire(Chunk<?> of, int itemPosition) {
    Thread target = thread;
    if (target == null || chunk != of || position != itemPosition || end != End.KEPT) {
      return null;
    }
    end = End.EXPIRED;
    stackAtExpiry = List.of(target.getStackTrace());
    return interruptToCome(target);
  }

  /** Gives the thread up if it still executes that item, whose time is over; true if it is lost. */
  synchronized boolean giveUp(Chunk<?> of, int itemPosition) {
    boolean stuck = chunk == of && position == itemPosition && end == End.EXPIRED;
    lost |= stuck;
    return stuck;
  }
}
