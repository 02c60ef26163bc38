package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerStartException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker that will take the place of one that has to go: it starts while the other one still
 * works, so that no item waits for the boot of a JVM.
 */
final class Successor implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Successor.class);

  private final WorkerStarter starter;
  private final Thread thread;

  /** Written by the thread before it ends. */
  private @Nullable ChildJvm worker;

  private Successor(WorkerStarter starter, String name) {
    this.starter = starter;
    this.thread = new Thread(null, this, name + "-successor", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
  }

  /** Begins to start one, in the background; null if the system grants no thread for it. */
  static @Nullable Successor start(WorkerStarter starter, String name) {
    Successor successor = new Successor(starter, name);
    try {
      successor.thread.start();
    } catch (OutOfMemoryError e) {
      LOG.debug("{}: no thread for it", successor.thread.getName(), e);
      return null;
    }
    return successor;
  }

  @Override
  public void run() {
    try {
      worker = starter.start();
    } catch (WorkerStartException e) {
      // The lane will try it itself, and tell if that fails, too.
      LOG.debug("{}: failed", thread.getName(), e);
    }
  }

  /** Waits for the start to end, and returns the worker; null if it has failed. */
  @Nullable ChildJvm take() {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        // A start is bounded, and ended by the closing of the pool.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return worker;
  }
}
