package io.github.poolmap.internal.run;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which futures complete, and with them what depends on them. As many as need be, so
 * that a callback that blocks holds up no other; they end when idle.
 */
final class Callbacks {

  static final Executor EXECUTOR =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          100,
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          action -> new ServiceThread(action, "poolmap-callbacks"));

  private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

  private Callbacks() {}

  /** Completes a future; here if there is no thread to be had. */
  static void run(Runnable completion) {
    try {
      EXECUTOR.execute(completion);
    } catch (OutOfMemoryError e) {
      LOG.warn("no thread to complete a future, it is done in {}", Thread.currentThread(), e);
      completion.run();
    }
  }
}
