package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerStartException;
import io.github.poolmap.internal.run.Deadlines;
import io.github.poolmap.internal.run.Errands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Set;
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
 *
 * <p>A spare is asked for when a pool takes a worker, which is when a call waits for its first
 * result: a boot at that moment would take the cores from it.
 *
 * <pre>
 *   asked for ---(the pools have nothing to do, or PATIENCE is over)---> booting ---> kept
 *       |
 *       +---(workers have been given back meanwhile)---> kept
 * </pre>
 */
public final class WarmWorkers {

  private static final Logger LOG = LoggerFactory.getLogger(WarmWorkers.class);

  /** So long a worker is kept after its last task. */
  static final long LIFE_NANOS = 60_000_000_000L;

  /** So long all of them may take to be gone: those that hang are killed after a second. */
  private static final long RELEASE_NANOS = 5_000_000_000L;

  /** How often it is looked whether the pools have time for the boot of spares. */
  private static final Duration LOOK = Duration.ofMillis(50);

  /** Pools that have no time for so long get their spares all the same. */
  private static final long PATIENCE_NANOS = 1_000_000_000L;

  /** Instead of a number of boots: there is no time for any. */
  private static final int LATER = -1;

  /** The thread that lets workers go ends a little after the last one, and saves a start. */
  private static final long LINGER_MILLIS = 100;

  static final WarmWorkers OF_PROGRAM = new WarmWorkers(Runtime.getRuntime().availableProcessors());

  /** The name of the pool that spares are of. */
  private static final String SPARES = "poolmap-spares";

  private final int most;

  // All guarded by this.
  private final LinkedList<Kept> kept = new LinkedList<>();

  /** The pools that have workers of a spec or start some, each as often as it does. */
  private final Map<LaunchSpec, List<User>> inUse = new HashMap<>();

  private final Map<LaunchSpec, Wanted> wantedSpares = new HashMap<>();
  private final Map<LaunchSpec, Integer> bootingSpares = new HashMap<>();

  /** Of spares, by the launcher that was in use when they were asked for. */
  private final Map<Launcher, Integer> boots = new HashMap<>();

  /** Those that are being stopped. */
  private final Set<ChildJvm> ending = new HashSet<>();

  private Launcher spareLauncher = launcherOfSpares();
  private @Nullable Thread keeper;

  /** A worker that waits. */
  private record Kept(ChildJvm worker, long until, boolean spare) {

    boolean isFor(LaunchSpec spec) {
      return worker.spec().equals(spec);
    }

    /** It is not a spare any more; one that was kept by a pool has its time already. */
    Kept demoted(long untilOfSpares) {
      return new Kept(worker, worker.isWarm() ? until : untilOfSpares, false);
    }
  }

  /** Spares that have been asked for. */
  private record Wanted(String name, int count, long bootAt) {}

  /** Who has workers. */
  @FunctionalInterface
  interface User {

    /** Tells whether its workers have something to do, or are wanted for it. Must not block. */
    boolean isBusy();
  }

  WarmWorkers(int most) {
    this.most = most;
  }

  /** Ends all of them, and returns when they are gone. */
  public static void release() {
    OF_PROGRAM.releaseAll();
  }

  /** A pool has begun to use a worker of this spec. */
  synchronized void used(LaunchSpec spec, User by) {
    inUse.computeIfAbsent(spec, first -> new ArrayList<>()).add(by);
  }

  /** A pool has given a worker of this spec back. */
  void unused(LaunchSpec spec, User by) {
    end(endOfUse(spec, by));
  }

  private synchronized List<ChildJvm> endOfUse(LaunchSpec spec, User by) {
    List<User> users = inUse.get(spec);
    if (users != null) {
      users.remove(by);
    }
    if (users == null || users.isEmpty()) {
      inUse.remove(spec);
      // From now on its spares live as long as others, and are among those that are too many.
      long until = System.nanoTime() + LIFE_NANOS;
      kept.replaceAll(each -> each.spare() && each.isFor(spec) ? each.demoted(until) : each);
      tellKeeper();
      return tooMany();
    }
    return List.of();
  }

  /** Takes out those beyond one for each core, the oldest first. Needs the lock. */
  private List<ChildJvm> tooMany() {
    List<ChildJvm> evicted = new ArrayList<>();
    long warm = kept.stream().filter(each -> !each.spare()).count();
    for (Iterator<Kept> oldestFirst = kept.iterator(); warm > most && oldestFirst.hasNext(); ) {
      Kept each = oldestFirst.next();
      if (!each.spare()) {
        oldestFirst.remove();
        evicted.add(each.worker());
        warm--;
      }
    }
    ending.addAll(evicted);
    return evicted;
  }

  /** Returns how many there are for this spec. */
  synchronized int count(LaunchSpec spec) {
    int count = 0;
    for (Kept each : kept) {
      if (each.isFor(spec) && each.worker().isAlive()) {
        count++;
      }
    }
    return count;
  }

  /** Returns the latest one that lives; null if there is none. */
  @Nullable ChildJvm take(LaunchSpec spec) {
    end(remove(each -> !each.worker().isAlive()));
    return takeAlive(spec);
  }

  private synchronized @Nullable ChildJvm takeAlive(LaunchSpec spec) {
    for (Iterator<Kept> latestFirst = kept.descendingIterator(); latestFirst.hasNext(); ) {
      Kept each = latestFirst.next();
      if (each.isFor(spec) && each.worker().beginWork()) {
        latestFirst.remove();
        return each.worker();
      }
    }
    return null;
  }

  /** Keeps a worker until that time of {@link System#nanoTime()}. */
  void keep(ChildJvm worker, long until) {
    worker.endWork();
    List<ChildJvm> evicted;
    synchronized (this) {
      kept.addLast(new Kept(worker, until, false));
      evicted = tooMany();
      tellKeeper();
    }
    end(evicted);
  }

  // ---- spares

  /** Sees that so many workers of the spec will be there, as soon as there is time for a boot. */
  void prepare(LaunchSpec spec, String name, int count) {
    synchronized (this) {
      if (promote(spec, count) + bootingSpares.getOrDefault(spec, 0) >= count) {
        return;
      }
      Wanted before = wantedSpares.get(spec);
      if (before == null) {
        wantedSpares.put(spec, new Wanted(name, count, System.nanoTime() + PATIENCE_NANOS));
      } else if (before.count() < count) {
        wantedSpares.put(spec, new Wanted(name, count, before.bootAt()));
      }
      if (before != null) {
        // Somebody will look.
        return;
      }
    }
    planLook(spec, name);
  }

  private void planLook(LaunchSpec spec, String name) {
    try {
      Deadlines.after(LOOK, () -> bootIfThereIsTime(spec));
    } catch (OutOfMemoryError e) {
      synchronized (this) {
        wantedSpares.remove(spec);
      }
      LOG.warn("{}: no thread to be had for the timer, no spares are booted", name, e);
    }
  }

  private void bootIfThereIsTime(LaunchSpec spec) {
    Wanted wanted;
    Launcher launcher;
    int missing;
    synchronized (this) {
      wanted = wantedSpares.get(spec);
      if (wanted == null) {
        return;
      }
      launcher = spareLauncher;
      boolean over = System.nanoTime() - wanted.bootAt() >= 0;
      missing = over || !isBusy(spec) ? beginBoots(spec, wanted, launcher) : LATER;
    }
    if (missing == LATER) {
      planLook(spec, wanted.name());
    }
    for (int i = 0; i < missing; i++) {
      Errands.run(() -> bootSpare(launcher, spec, wanted.name()));
    }
  }

  /** Counts those that are to be booted as booting; returns how many. Needs the lock. */
  private int beginBoots(LaunchSpec spec, Wanted wanted, Launcher launcher) {
    wantedSpares.remove(spec);
    int missing =
        wanted.count() - promote(spec, wanted.count()) - bootingSpares.getOrDefault(spec, 0);
    if (missing > 0) {
      bootingSpares.merge(spec, missing, Integer::sum);
      boots.merge(launcher, missing, Integer::sum);
    }
    return Math.max(0, missing);
  }

  /** Needs the lock. */
  private boolean isBusy(LaunchSpec spec) {
    for (User each : inUse.getOrDefault(spec, List.of())) {
      if (each.isBusy()) {
        return true;
      }
    }
    return false;
  }

  /** Makes spares of those that there are, up to so many; returns how many. Needs the lock. */
  private int promote(LaunchSpec spec, int count) {
    int there = 0;
    for (ListIterator<Kept> all = kept.listIterator(); all.hasNext() && there < count; ) {
      Kept each = all.next();
      if (each.isFor(spec)) {
        all.set(new Kept(each.worker(), each.until(), inUse.containsKey(spec)));
        there++;
      }
    }
    return there;
  }

  /** Nobody will want the spares of a program that ends. */
  private static Launcher launcherOfSpares() {
    return new Launcher(SPARES, ProgramEnd::isUnderWay);
  }

  private void bootSpare(Launcher launcher, LaunchSpec spec, String name) {
    ChildJvm spare = null;
    try {
      spare = launcher.launch(spec, name, false, () -> {});
    } catch (WorkerStartException e) {
      if (launcher.isRefusing()) {
        LOG.debug("{}: not wanted any more", name);
      } else {
        LOG.warn("{}: a spare worker cannot be started", name, e);
      }
    } catch (RuntimeException | Error e) {
      LOG.warn("{}: a spare worker cannot be started", name, e);
    } finally {
      arrived(launcher, spec, spare);
    }
  }

  private void arrived(Launcher launcher, LaunchSpec spec, @Nullable ChildJvm spare) {
    boolean wanted;
    List<ChildJvm> evicted = List.of();
    synchronized (this) {
      bootingSpares.computeIfPresent(spec, (key, count) -> count == 1 ? null : count - 1);
      wanted = !launcher.isRefusing();
      if (spare != null && wanted) {
        spare.endWork();
        kept.addLast(new Kept(spare, System.nanoTime() + LIFE_NANOS, inUse.containsKey(spec)));
        evicted = tooMany();
        tellKeeper();
      }
    }
    try {
      end(evicted);
      if (spare != null && !wanted) {
        spare.stop();
      }
    } finally {
      synchronized (this) {
        boots.computeIfPresent(launcher, (key, count) -> count == 1 ? null : count - 1);
        notifyAll();
      }
    }
  }

  // ---- the end

  private void releaseAll() {
    Set<ChildJvm> workers;
    Set<Launcher> launchers;
    Launcher before;
    synchronized (this) {
      wantedSpares.clear();
      before = spareLauncher;
      spareLauncher = launcherOfSpares();
      launchers = new HashSet<>(boots.keySet());
    }
    before.refuse();
    end(remove(each -> true));
    synchronized (this) {
      workers = new HashSet<>(ending);
      tellKeeper();
    }
    long deadline = System.nanoTime() + RELEASE_NANOS;
    boolean interrupted = false;
    synchronized (this) {
      long left;
      // Each end is bounded, and boots have been ended. Later ones are none of these.
      while (!(Collections.disjoint(ending, workers)
              && Collections.disjoint(boots.keySet(), launchers))
          && (left = (deadline - System.nanoTime()) / 1_000_000) > 0) {
        try {
          wait(left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes out workers, which then are among those that are ending. */
  private synchronized List<ChildJvm> remove(Predicate<Kept> which) {
    List<ChildJvm> removed = new ArrayList<>();
    for (Iterator<Kept> all = kept.iterator(); all.hasNext(); ) {
      Kept each = all.next();
      if (which.test(each)) {
        all.remove();
        removed.add(each.worker());
      }
    }
    ending.addAll(removed);
    return removed;
  }

  /**
   * Stops workers side by side, in the background: each may take a second. They are among those
   * that are ending. Not to be called with the lock.
   */
  private void end(List<ChildJvm> workers) {
    for (ChildJvm each : workers) {
      Errands.run(() -> stop(each));
    }
  }

  /** A worker that was taken is of no use. */
  void letGo(ChildJvm worker) {
    synchronized (this) {
      ending.add(worker);
    }
    end(List.of(worker));
  }

  private void stop(ChildJvm worker) {
    try {
      worker.stop();
    } finally {
      synchronized (this) {
        ending.remove(worker);
        notifyAll();
      }
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
      end(over);
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
