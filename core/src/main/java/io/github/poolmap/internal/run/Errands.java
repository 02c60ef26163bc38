package io.github.poolmap.internal.run;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what may run user code or take its time, in threads that nobody waits for and nobody
 * interrupts: interrupting a thread that uses a channel closes the channel, which may be user code;
 * interrupting an item of a worker JVM writes to a socket.
 */
public final class Errands {

  private static final Logger LOG = LoggerFactory.getLogger(Errands.class);

  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          100,
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          action -> new ServiceThread(action, "poolmap-errands"));

  private Errands() {}

  /** Runs the errand soon, in a daemon thread; in the calling one if there is none to be had. */
  public static void run(Runnable errand) {
    try {
      THREADS.execute(errand);
    } catch (OutOfMemoryError | RejectedExecutionException e) {
      LOG.debug("no thread for an errand, it is done here", e);
      // It may write to a socket, which would not survive a thread that is itself interrupted.
      boolean flag = Thread.interrupted();
      errand.run();
      if (flag) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
