package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerStartException;
import io.github.poolmap.internal.run.Errands;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker JVMs of this program that no pool has at present: those that pools have left behind,
 * and spares.
 *
 * <p>The latest one is taken first, because its caches are the warmest, and so that the others come
 * to the end of their time. Beyond one for each core the oldest goes; spares do not count, and do
 * not grow old while there are pools that may want them.
 */
public final class WarmWorkers {

  private static final Logger LOG = LoggerFactory.getLogger(WarmWorkers.class);

  /** So long a worker is kept after its last task. */
  static final long LIFE_NANOS = 60_000_000_000L;

  /** The thread that lets workers go ends a little after the last one, and saves a start. */
  private static final long LINGER_MILLIS = 100;

  static final WarmWorkers OF_PROGRAM = new WarmWorkers(Runtime.getRuntime().availableProcessors());

  /** The name of the pool that spares are of. */
  private static final String SPARES = "poolmap-spares";

  private final int most;

  // All guarded by this.
  private final LinkedList<Kept> kept = new LinkedList<>();
  private final Map<LaunchSpec, Integer> inUse = new HashMap<>();
  private final Map<LaunchSpec, Integer> bootingSpares = new HashMap<>();
  private Launcher spareLauncher = new Launcher(SPARES);
  private @Nullable Thread keeper;

  /** A worker that waits. */
  private record Kept(ChildJvm worker, long until, boolean spare) {

    boolean isFor(LaunchSpec spec) {
      return worker.spec().equals(spec);
    }
  }

  WarmWorkers(int most) {
    this.most = most;
  }

  /** Ends all of them, and returns when they are gone. */
  public static void release() {
    OF_PROGRAM.releaseAll();
  }

  /** A pool has begun to use a worker of this spec. */
  synchronized void used(LaunchSpec spec) {
    inUse.merge(spec, 1, Integer::sum);
  }

  /** A pool has given a worker of this spec back. */
  synchronized void unused(LaunchSpec spec) {
    inUse.computeIfPresent(spec, (key, count) -> count == 1 ? null : count - 1);
    if (!inUse.containsKey(spec)) {
      // From now on its spares live as long as others.
      long until = System.nanoTime() + LIFE_NANOS;
      kept.replaceAll(
          each -> each.spare() && each.isFor(spec) ? new Kept(each.worker(), until, false) : each);
      tellKeeper();
    }
  }

  /** Returns the latest one that lives; null if there is none. */
  @Nullable ChildJvm take(LaunchSpec spec) {
    List<ChildJvm> dead;
    ChildJvm taken = null;
    synchronized (this) {
      dead = remove(each -> !each.worker().isAlive());
      for (Iterator<Kept> latestFirst = kept.descendingIterator(); latestFirst.hasNext(); ) {
        Kept each = latestFirst.next();
        if (each.isFor(spec) && each.worker().beginWork()) {
          latestFirst.remove();
          taken = each.worker();
          break;
        }
      }
    }
    letGo(dead);
    return taken;
  }

  /** Keeps a worker until that time of {@link System#nanoTime()}. */
  void keep(ChildJvm worker, long until) {
    worker.endWork();
    List<ChildJvm> evicted = new ArrayList<>();
    synchronized (this) {
      kept.addLast(new Kept(worker, until, false));
      long warm = kept.stream().filter(each -> !each.spare()).count();
      for (Iterator<Kept> oldestFirst = kept.iterator(); warm > most && oldestFirst.hasNext(); ) {
        Kept each = oldestFirst.next();
        if (!each.spare()) {
          oldestFirst.remove();
          evicted.add(each.worker());
          warm--;
        }
      }
      tellKeeper();
    }
    letGo(evicted);
  }

  // ---- spares

  /** Sees that so many workers of the spec are there or about to be. */
  synchronized void prepare(LaunchSpec spec, String name, int count) {
    int there = 0;
    for (ListIterator<Kept> all = kept.listIterator(); all.hasNext() && there < count; ) {
      Kept each = all.next();
      if (each.isFor(spec)) {
        all.set(new Kept(each.worker(), each.until(), true));
        there++;
      }
    }
    int missing = count - there - bootingSpares.getOrDefault(spec, 0);
    for (int i = 0; i < missing; i++) {
      bootingSpares.merge(spec, 1, Integer::sum);
      Launcher launcher = spareLauncher;
      Errands.run(() -> bootSpare(launcher, spec, name));
    }
  }

  private void bootSpare(Launcher launcher, LaunchSpec spec, String name) {
    ChildJvm spare = null;
    try {
      spare = launcher.launch(spec, name, false);
    } catch (WorkerStartException e) {
      if (launcher.isRefusing()) {
        LOG.debug("{}: not wanted any more", name);
      } else {
        LOG.warn("{}: a spare worker cannot be started", name, e);
      }
    } finally {
      arrived(launcher, spec, spare);
    }
  }

  private void arrived(Launcher launcher, LaunchSpec spec, @Nullable ChildJvm spare) {
    boolean unwanted = false;
    synchronized (this) {
      bootingSpares.computeIfPresent(spec, (key, count) -> count == 1 ? null : count - 1);
      if (spare != null) {
        unwanted = launcher.isRefusing();
        if (!unwanted) {
          spare.endWork();
          kept.addLast(new Kept(spare, System.nanoTime() + LIFE_NANOS, inUse.containsKey(spec)));
          tellKeeper();
        }
      }
      notifyAll();
    }
    if (spare != null && unwanted) {
      spare.stop();
    }
  }

  // ---- the end

  private void releaseAll() {
    List<ChildJvm> all;
    synchronized (this) {
      spareLauncher.refuse();
      spareLauncher = new Launcher(SPARES);
      all = remove(each -> true);
      tellKeeper();
    }
    stop(all);
    boolean interrupted = false;
    synchronized (this) {
      // Their boots have been ended; it is a matter of milliseconds.
      while (!bootingSpares.isEmpty()) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized List<ChildJvm> remove(Predicate<Kept> which) {
    List<ChildJvm> removed = new ArrayList<>();
    for (Iterator<Kept> all = kept.iterator(); all.hasNext(); ) {
      Kept each = all.next();
      if (which.test(each)) {
        all.remove();
        removed.add(each.worker());
      }
    }
    return removed;
  }

  private static void letGo(List<ChildJvm> workers) {
    for (ChildJvm each : workers) {
      Errands.run(each::stop);
    }
  }

  /** Stops them side by side: each may take a second. */
  private static void stop(List<ChildJvm> workers) {
    CountDownLatch left = new CountDownLatch(workers.size());
    for (ChildJvm each : workers) {
      Errands.run(
          () -> {
            try {
              each.stop();
            } finally {
              left.countDown();
            }
          });
    }
    boolean interrupted = false;
    while (true) {
      try {
        left.await();
        break;
      } catch (InterruptedException e) {
        // Each stop is bounded.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the thread that lets them go when their time is over

  /** Something has changed that the keeper has to know. Needs the lock. */
  private void tellKeeper() {
    if (keeper == null && !kept.isEmpty()) {
      Thread thread = new Thread(null, this::watch, "poolmap-warm", 0, false);
      thread.setDaemon(true);
      thread.setContextClassLoader(null);
      try {
        thread.start();
        keeper = thread;
      } catch (OutOfMemoryError e) {
        LOG.warn("no thread that ends warm workers in time; they are kept until the next one", e);
      }
    }
    notifyAll();
  }

  private void watch() {
    while (true) {
      List<ChildJvm> over;
      synchronized (this) {
        if (kept.isEmpty() && !awaitMore()) {
          keeper = null;
          return;
        }
        long now = System.nanoTime();
        over = remove(each -> !each.spare() && each.until() - now <= 0);
        if (over.isEmpty()) {
          awaitEndOfTime(now);
        }
      }
      stop(over);
    }
  }

  private boolean awaitMore() {
    pause(LINGER_MILLIS);
    return !kept.isEmpty();
  }

  private void awaitEndOfTime(long now) {
    long next =
        kept.stream()
            .filter(each -> !each.spare())
            .mapToLong(each -> each.until() - now)
            .min()
            .orElse(LIFE_NANOS);
    pause(next / 1_000_000 + 1);
  }

  @SuppressWarnings("WaitNotInLoop") // The caller looks again whatever has woken it.
  private void pause(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      // Nobody has reason to; it looks again.
      LOG.debug("interrupted", e);
    }
  }
}
