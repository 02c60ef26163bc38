package io.github.poolmap;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The worker that a thread is at present, and its {@link WorkerLocal} values.
 *
 * <p>Used by that thread alone, but for {@link #close}, which comes after the last task.
 */
final class CurrentWorker {

  private static final ThreadLocal<@Nullable CurrentWorker> CURRENT = new ThreadLocal<>();

  /** In a worker process: what it is for the pool that has it. Guarded by the class. */
  private static @Nullable CurrentWorker ofProcess;

  private static boolean closesAtExit;

  private final WorkerInfo info;

  // Guarded by this: the locals of a caller's thread are closed by the thread that closes the pool.
  private final Map<Object, @Nullable Object> locals = new HashMap<>();
  private final List<AutoCloseable> closeables = new ArrayList<>();
  private boolean closed;

  CurrentWorker(WorkerInfo info) {
    this.info = info;
  }

  WorkerInfo info() {
    return info;
  }

  static boolean isThere() {
    return CURRENT.get() != null;
  }

  /** Returns the worker that the calling thread is. */
  static CurrentWorker get(String caller) {
    CurrentWorker current = CURRENT.get();
    if (current == null) {
      throw new IllegalStateException(
          caller
              + " is for tasks and initializers: thread "
              + Thread.currentThread().getName()
              + " executes none");
    }
    return current;
  }

  /** Makes the calling thread the worker that this process is, until its pool has another one. */
  static void becomeProcessWorker(WorkerInfo info) {
    CurrentWorker worker = new CurrentWorker(info);
    worker.enter();
    synchronized (CurrentWorker.class) {
      ofProcess = worker;
      if (!closesAtExit) {
        Runtime.getRuntime().addShutdownHook(new AtExit());
        closesAtExit = true;
      }
    }
  }

  /** No lambda, since a worker makes it while it boots, when the first one is dear. */
  private static final class AtExit extends Thread {

    AtExit() {
      super("poolmap-locals");
    }

    @Override
    public void run() {
      closeProcessWorker();
    }
  }

  /** This process is no worker of a pool any more: closes the locals. */
  static void closeProcessWorker() {
    CurrentWorker worker;
    synchronized (CurrentWorker.class) {
      worker = ofProcess;
      ofProcess = null;
    }
    if (worker != null) {
      worker.close();
    }
  }

  /** Makes this the worker that the calling thread is. Returns what it was, for {@link #leave}. */
  @Nullable CurrentWorker enter() {
    CurrentWorker before = CURRENT.get();
    CURRENT.set(this);
    return before;
  }

  static void leave(@Nullable CurrentWorker before) {
    if (before == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(before);
    }
  }

  /** Returns the value of a local, made at its first use. */
  @Nullable Object local(Object key, Task<?> maker) throws Exception {
    synchronized (this) {
      if (locals.containsKey(key)) {
        return locals.get(key);
      }
    }
    // Without the lock: it may take its time, and use other locals.
    Object made = maker.run();
    boolean tooLate;
    synchronized (this) {
      tooLate = closed;
      if (!tooLate) {
        locals.put(key, made);
        if (made instanceof AutoCloseable closeable) {
          closeables.add(closeable);
        }
      }
    }
    if (tooLate && made instanceof AutoCloseable closeable) {
      closeable.close();
    }
    return made;
  }

  /** The worker ends: closes its locals, the latest first. */
  void close() {
    List<AutoCloseable> closing;
    synchronized (this) {
      closed = true;
      closing = new ArrayList<>(closeables);
      closeables.clear();
      locals.clear();
    }
    Collections.reverse(closing);
    CurrentWorker before = enter();
    try {
      for (AutoCloseable each : closing) {
        try {
          each.close();
        } catch (Exception | Error e) {
          report(e);
        }
      }
    } finally {
      leave(before);
    }
  }

  private void report(Throwable failureOfClose) {
    String worker = info.thread().getName();
    if (info.kind() == PoolKind.PROCESSES) {
      // The JVM is about to exit, and may not have loaded a logger; it would take too long now.
      System.err.println(
          "poolmap: " + worker + ": a WorkerLocal value cannot be closed: " + failureOfClose);
      return;
    }
    LoggerFactory.getLogger(WorkerLocal.class)
        .warn("{}: a WorkerLocal value cannot be closed", worker, failureOfClose);
  }
}
