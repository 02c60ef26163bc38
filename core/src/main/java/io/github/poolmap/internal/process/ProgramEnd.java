package io.github.poolmap.internal.process;

import com.google.common.util.concurrent.Uninterruptibles;
import io.github.poolmap.internal.run.EndHook;
import io.github.poolmap.internal.run.OpenPools;
import io.github.poolmap.internal.wire.Depth;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The end of the program while pools are open, as a shutdown hook.
 *
 * <p>Other hooks run at the same time, and may wait for calls under way or make some: an orderly
 * end of a service does. So nothing that works is touched here. Workers without work are told to
 * go, kindly, within a limit; one that gets work at the same moment has gone, and another one is
 * started for it. All others end when this JVM does, by the end of their control sockets, whatever
 * they do then. It never waits for a lane without a limit, so it does not matter which thread ends
 * the program.
 *
 * <p>A worker that is being launched has files which nobody deletes if this JVM is gone before the
 * other one runs, or if a signal was for both. So the end waits for such launches, within a limit;
 * later ones are put off for a moment, in which this JVM is gone if nothing else holds it.
 *
 * <p>A signal may be for the whole group of processes, as from a service manager. Then workers die
 * of it while they work, each followed by its lane, which deletes its folder if it is given the
 * time.
 */
final class ProgramEnd implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ProgramEnd.class);

  /** So long workers without work may take to go; those that are left are killed. */
  private static final long GOODBYE_MILLIS = 1_000;

  /** So long they may take to be gone then. */
  private static final long DEATH_MILLIS = 500;

  /** So long those that work may take to die of a signal that was for them, too. */
  private static final long SIGNAL_MILLIS = 500;

  /** So long it may take until the files of workers that are being launched are looked after. */
  private static final long LAUNCH_MILLIS = 1_000;

  /**
   * So long a launch is put off that begins when nothing waits for it any more. On a busy machine a
   * JVM whose hooks have ended needs some tens of milliseconds to be gone.
   */
  private static final long GRACE_MILLIS = 200;

  private static final Set<ChildJvm> WORKERS = ConcurrentHashMap.newKeySet();
  private static final Set<Launch> LAUNCHES = ConcurrentHashMap.newKeySet();

  /** Guarded by the class. */
  private static boolean registered;

  private static volatile boolean hadWorkers;
  private static volatile boolean underWay;
  private static volatile boolean signalled;

  /** Whether launches are waited for no more. Guarded by the workers. */
  private static boolean over;

  private ProgramEnd() {}

  /** A worker that is being launched. For the thread that does it. */
  static final class Launch implements AutoCloseable {

    private volatile boolean handedOver;

    private Launch() {}

    /** Its process runs and knows its files: it deletes them if it finds this JVM gone. */
    void handOver() {
      handedOver = true;
      hasLessToDo();
    }

    /** The worker is ready, or nothing of it is left. */
    @Override
    public void close() {
      LAUNCHES.remove(this);
      hasLessToDo();
    }

    /**
     * Tells whether its files may stay if this JVM is gone now. A signal may be for its process,
     * too, which heeds it while it boots.
     */
    private boolean mayBeLeft() {
      return signalled || !handedOver;
    }
  }

  /** There is a pool that may launch workers. The first one registers the hook. */
  static synchronized void watch() {
    if (registered) {
      return;
    }
    registered = true;
    try {
      EndHook.add(new ProgramEnd(), "poolmap-program-end");
    } catch (IllegalStateException tooLate) {
      underWay = true;
      synchronized (WORKERS) {
        over = true;
      }
    }
  }

  /** A worker is about to be launched. */
  static Launch beginLaunch() {
    Launch launch = new Launch();
    boolean unseen;
    synchronized (WORKERS) {
      LAUNCHES.add(launch);
      unseen = over;
    }
    if (unseen) {
      // Perhaps all hooks have ended, and this JVM is gone before anything has been made.
      Uninterruptibles.sleepUninterruptibly(GRACE_MILLIS, TimeUnit.MILLISECONDS);
    }
    return launch;
  }

  /** Tells whether the program is ending, and nothing shall be begun that is not for a call. */
  static boolean isUnderWay() {
    return underWay;
  }

  /** Tells whether a signal ends the program, which may end workers, too. */
  static boolean isBySignal() {
    return signalled;
  }

  /** A worker is there. */
  static void add(ChildJvm worker) {
    hadWorkers = true;
    WORKERS.add(worker);
  }

  /** It is no more. */
  static void remove(ChildJvm worker) {
    WORKERS.remove(worker);
    hasLessToDo();
  }

  /** A worker or a launch has nothing to do any more; the end may be waiting for it. */
  static void hasLessToDo() {
    if (underWay) {
      synchronized (WORKERS) {
        WORKERS.notifyAll();
      }
    }
  }

  /** How loud the loss of a worker is: when the program ends it is nothing to worry about. */
  static Level levelOfLoss() {
    return underWay ? Level.DEBUG : Level.WARN;
  }

  @Override
  public void run() {
    underWay = true;
    try {
      try {
        endWorkers();
      } finally {
        // Last, since workers that die now may be followed by others.
        awaitLaunches();
      }
    } catch (InterruptedException e) {
      LOG.debug("interrupted; the workers that are left end with this JVM", e);
    }
  }

  private static void endWorkers() throws InterruptedException {
    Set<String> threads = threadNames();
    boolean bySignal = threads.contains("SIGTERM handler") || threads.contains("SIGHUP handler");
    // Workers ignore Ctrl-C as soon as they are ready.
    signalled = bySignal || threads.contains("SIGINT handler");
    // Who ends a program from outside gives it no chance to close anything, and workers have none.
    if (Depth.current() == 0 && hadWorkers && !signalled) {
      OpenPools.tellAtTheEnd();
    }
    endIdle();
    if (bySignal) {
      await(() -> WORKERS.stream().noneMatch(ChildJvm::isWorking), SIGNAL_MILLIS);
    }
  }

  /**
   * Returns what the threads of this JVM are called; signals are handled in threads of certain
   * names. Without looking at their stacks: with 2,000 threads that took three seconds.
   */
  private static Set<String> threadNames() {
    // The hook is in the topmost group.
    ThreadGroup all = Thread.currentThread().getThreadGroup();
    // What finds no room is left out without a word.
    Thread[] threads = new Thread[all.activeCount() + 16];
    int count;
    while ((count = all.enumerate(threads)) == threads.length) {
      threads = new Thread[2 * count];
    }
    return Stream.of(threads).limit(count).map(Thread::getName).collect(Collectors.toSet());
  }

  private static void endIdle() throws InterruptedException {
    List<ChildJvm> ending = new ArrayList<>();
    for (ChildJvm worker : WORKERS) {
      if (worker.retire()) {
        ending.add(worker);
      }
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS);
    for (ChildJvm worker : ending) {
      if (!worker.awaitExit(end)) {
        worker.kill();
      }
    }
    end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEATH_MILLIS);
    for (ChildJvm worker : ending) {
      worker.awaitExit(end);
      worker.deleteFolder();
    }
  }

  /** Has no launch begin unseen: who begins later than this has looked finds that it is over. */
  private static void awaitLaunches() throws InterruptedException {
    synchronized (WORKERS) {
      try {
        await(() -> LAUNCHES.stream().noneMatch(Launch::mayBeLeft), LAUNCH_MILLIS);
      } finally {
        over = true;
      }
    }
  }

  /** Waits until it is so, at most so long. */
  private static void await(BooleanSupplier condition, long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (WORKERS) {
      long left;
      while (!condition.getAsBoolean() && (left = (end - System.nanoTime()) / 1_000_000) > 0) {
        WORKERS.wait(left);
      }
    }
  }
}
