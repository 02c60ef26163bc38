package io.github.poolmap.internal.run;

import io.github.poolmap.PoolClosedException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The calls under way of one pool, of one handle, or of all handles together: refuses new ones once
 * it is closed, and can wait for the others or stop them.
 *
 * <p>Calls of a handle are calls of what it came from too.
 */
public final class Calls {

  /** Ends of calls are told; this is for those that could not tell. */
  private static final long LOOK_AGAIN_MILLIS = 100;

  private final String name;
  private final @Nullable Calls parent;

  // Guarded by this.
  private final Set<Run<?>> active = new HashSet<>();
  private boolean closed;
  private boolean terminated;
  private boolean used;

  public Calls(String name, @Nullable Calls parent) {
    this.name = name;
    this.parent = parent;
  }

  public String name() {
    return name;
  }

  public boolean isClosed() {
    synchronized (this) {
      if (closed) {
        return true;
      }
    }
    return parent != null && parent.isClosed();
  }

  /**
   * Counts a call as under way.
   *
   * @throws PoolClosedException if it comes too late. While those under way are waited for, a task
   *     of one of them may still make calls that it waits for: they are part of it.
   */
  void enter(Run<?> run) {
    if (parent != null) {
      parent.enter(run);
    }
    synchronized (this) {
      if (!closed || (!terminated && run.context().caller() != null && isPartOfAwaited(run))) {
        active.add(run);
        used = true;
        return;
      }
    }
    if (parent != null) {
      parent.leave(run);
    }
    throw refusal();
  }

  synchronized void leave(Run<?> run) {
    active.remove(run);
    notifyAll();
    if (parent != null) {
      parent.leave(run);
    }
  }

  /**
   * Tells whether a task of a call that is waited for makes this call: streams are not, and what
   * has been stopped is to end.
   */
  private boolean isPartOfAwaited(Run<?> run) {
    boolean awaited = false;
    for (Run<?> outer = run.outer(); outer != null; outer = outer.outer()) {
      if (outer.isStream() || outer.isStopped()) {
        return false;
      }
      awaited |= active.contains(outer);
    }
    return awaited;
  }

  private boolean isPartOfActive(@Nullable Run<?> innermost) {
    for (Run<?> run = innermost; run != null; run = run.outer()) {
      if (active.contains(run)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the exception of a call that comes too late. */
  public PoolClosedException refusal() {
    return new PoolClosedException(name + " is closed: it takes no more calls");
  }

  /** Tells whether there has ever been a call. */
  synchronized boolean wasUsed() {
    return used;
  }

  /** Refuses calls from now on, but for those that are part of one under way. */
  public synchronized void refuse() {
    closed = true;
  }

  /** Refuses all calls from now on. */
  public synchronized void refuseAll() {
    closed = true;
    terminated = true;
  }

  /** Waits until no call is under way that somebody waits for. */
  public synchronized void awaitNone() throws InterruptedException {
    while (hasCalls()) {
      wait(LOOK_AGAIN_MILLIS);
    }
  }

  /** A call that ended without stack left to say so is not waited for. */
  private boolean hasCalls() {
    active.removeIf(Run::isOver);
    // Nobody may ever read a stream to its end.
    return active.stream().anyMatch(run -> !run.isStream());
  }

  private boolean hasItemsOfStreams() {
    return active.stream().anyMatch(run -> run.isStream() && !run.isQuiet());
  }

  /** The items of a stream have ended, which may have readers still. */
  synchronized void itemsEnded() {
    notifyAll();
    if (parent != null) {
      parent.itemsEnded();
    }
  }

  /** Waits until no call, nor any item of a stream, is under way, at most so long. */
  public synchronized void awaitNone(long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    long left;
    while ((hasCalls() || hasItemsOfStreams())
        && (left = (end - System.nanoTime()) / 1_000_000) > 0) {
      wait(Math.min(left, LOOK_AGAIN_MILLIS));
    }
  }

  /** Stops all calls under way; does not wait. */
  public void stop() {
    stop(run -> true, "was terminated during the call");
  }

  /** Cancels the streams that have not been read to their end; does not wait. */
  public void cancelStreams() {
    stop(Run::isStream, "is closed, and its open streams are cancelled");
  }

  private void stop(Predicate<Run<?>> which, String why) {
    List<Run<?>> stopping;
    synchronized (this) {
      stopping = active.stream().filter(which).toList();
    }
    StopCause cause = StopCause.ofCall(() -> new PoolClosedException(name + " " + why));
    stopping.stream().filter(run -> run.startNoMore(cause)).toList().forEach(Run::evict);
  }

  /** Returns how long the most patient of the calls under way grants its items to stop. */
  public synchronized long longestGraceMillis() {
    long longest = 0;
    for (Run<?> run : active) {
      longest = Math.max(longest, run.gracePeriod().toMillis());
    }
    return longest;
  }

  /**
   * Tells whether the calling thread would wait for itself if it waited for these calls: it
   * executes a task of one of them, or reads the input of one.
   */
  public boolean isInside() {
    Thread current = Thread.currentThread();
    synchronized (this) {
      active.removeIf(Run::isOver);
      if (isPartOfActive(UserCode.currentRun())) {
        return true;
      }
      for (Run<?> run : active) {
        if (run.context().caller() == current) {
          return true;
        }
      }
      return false;
    }
  }
}
