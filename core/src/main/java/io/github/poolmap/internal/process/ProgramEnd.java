package io.github.poolmap.internal.process;

import io.github.poolmap.internal.run.OpenPools;
import io.github.poolmap.internal.wire.Depth;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * they do then. It never waits for a lane, so it does not matter which thread ends the program.
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

  private static final Set<ChildJvm> WORKERS = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean REGISTERED = new AtomicBoolean();
  private static volatile boolean underWay;

  private ProgramEnd() {}

  /** A worker is there. The first one registers the hook. */
  static void add(ChildJvm worker) {
    WORKERS.add(worker);
    if (!REGISTERED.getAndSet(true)) {
      try {
        Runtime.getRuntime().addShutdownHook(new Thread(new ProgramEnd(), "poolmap-program-end"));
      } catch (IllegalStateException tooLate) {
        underWay = true;
      }
    }
  }

  /** It is no more. */
  static void remove(ChildJvm worker) {
    WORKERS.remove(worker);
    hasLessToDo();
  }

  /** A worker has nothing to do any more, or is none any more; the end may be waiting for it. */
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
    boolean bySignal = isRunning("SIGTERM handler") || isRunning("SIGHUP handler");
    // Who ends a program from outside gives it no chance to close anything, and workers have none.
    if (Depth.current() == 0 && !bySignal && !isRunning("SIGINT handler")) {
      OpenPools.tellAtTheEnd();
    }
    try {
      endIdle();
      if (bySignal) {
        awaitNone(SIGNAL_MILLIS);
      }
    } catch (InterruptedException e) {
      LOG.debug("interrupted; the workers that are left end with this JVM", e);
    }
  }

  /** Signals are handled in threads of this name. */
  private static boolean isRunning(String threadName) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals(threadName));
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

  /** Waits until no worker is left, at most so long. */
  private static void awaitNone(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (WORKERS) {
      long left;
      while (WORKERS.stream().anyMatch(ChildJvm::isWorking)
          && (left = (end - System.nanoTime()) / 1_000_000) > 0) {
        WORKERS.wait(left);
      }
    }
  }
}
