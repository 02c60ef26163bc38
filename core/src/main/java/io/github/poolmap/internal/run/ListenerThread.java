package io.github.poolmap.internal.run;

import io.github.poolmap.PoolListener;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
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

  private final String pool;
  private final PoolListener listener;
  private final ThreadPoolExecutor thread;
  private final AtomicLong dropped = new AtomicLong();

  ListenerThread(String pool, PoolListener listener) {
    this.pool = pool;
    this.listener = listener;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            100,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            action -> new ServiceThread(action, "poolmap-listener"));
    thread.allowCoreThreadTimeOut(true);
  }

  void tell(Consumer<PoolListener> event) {
    try {
      thread.execute(() -> deliver(event));
    } catch (OutOfMemoryError | RejectedExecutionException e) {
      if (dropped.getAndIncrement() == 0) {
        LOG.warn("{}: listener {} is too slow, events are dropped", pool, name());
      }
    }
  }

  private void deliver(Consumer<PoolListener> event) {
    try {
      event.accept(listener);
    } catch (Throwable t) {
      LOG.warn("{}: listener {} failed", pool, name(), t);
    }
    if (thread.getQueue().isEmpty()) {
      long lost = dropped.getAndSet(0);
      if (lost > 0) {
        LOG.warn("{}: {} events were not told to listener {}", pool, lost, name());
      }
    }
  }

  private String name() {
    return listener.getClass().getName();
  }
}
