package io.github.poolmap.internal.run;

import io.github.poolmap.PoolListener;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls one listener in a daemon thread of its own, event after event. The thread ends when there
 * has been nothing to tell for a while. Nobody waits for it: what a full queue cannot take is
 * dropped and counted.
 */
final class ListenerThread {

  private static final Logger LOG = LoggerFactory.getLogger(ListenerThread.class);

  private static final int MOST_WAITING = 10_000;

  private static final long IDLE_MILLIS = 100;

  private final String pool;
  private final PoolListener listener;

  // Guarded by this.
  private final ArrayDeque<Consumer<PoolListener>> waiting = new ArrayDeque<>();
  private boolean running;
  private long dropped;

  ListenerThread(String pool, PoolListener listener) {
    this.pool = pool;
    this.listener = listener;
  }

  void tell(Consumer<PoolListener> event) {
    boolean firstDropped;
    synchronized (this) {
      if (waiting.size() < MOST_WAITING) {
        waiting.addLast(event);
        notifyAll();
        start();
        return;
      }
      firstDropped = dropped == 0;
      dropped++;
    }
    if (firstDropped) {
      LOG.warn("{}: listener {} is too slow, events are dropped", pool, name());
    }
  }

  private synchronized void start() {
    if (running) {
      return;
    }
    try {
      new ServiceThread(this::run, "poolmap-listener").start();
      running = true;
    } catch (OutOfMemoryError e) {
      LOG.warn("{}: no thread for listener {}, its events wait for the next one", pool, name(), e);
    }
  }

  private void run() {
    Consumer<PoolListener> event;
    while ((event = next()) != null) {
      try {
        event.accept(listener);
      } catch (Throwable t) {
        LOG.warn("{}: listener {} failed", pool, name(), t);
      }
    }
  }

  /** Waits for the next event; null if the thread is to end. */
  private synchronized @Nullable Consumer<PoolListener> next() {
    long end = System.nanoTime() + IDLE_MILLIS * 1_000_000;
    while (waiting.isEmpty()) {
      if (dropped > 0) {
        LOG.warn("{}: {} events were not told to listener {}", pool, dropped, name());
        dropped = 0;
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        running = false;
        return null;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        // The listener may have interrupted its own thread; that is no matter of the next event.
        continue;
      }
    }
    return waiting.removeFirst();
  }

  private String name() {
    return listener.getClass().getName();
  }
}
