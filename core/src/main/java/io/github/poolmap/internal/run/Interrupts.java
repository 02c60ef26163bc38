package io.github.poolmap.internal.run;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out interrupts in threads that nobody waits for and nobody interrupts: interrupting a
 * thread that uses a channel closes the channel, which may be user code and take its time; and
 * interrupting an item of a worker JVM writes to a socket.
 */
final class Interrupts {

  private static final Logger LOG = LoggerFactory.getLogger(Interrupts.class);

  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          100,
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          action -> new ServiceThread(action, "poolmap-interrupts"));

  private Interrupts() {}

  static void carryOut(Runnable interrupt) {
    try {
      THREADS.execute(interrupt);
    } catch (OutOfMemoryError | RejectedExecutionException e) {
      LOG.debug("no thread for an interrupt, it is carried out here", e);
      // It may write to a socket, which would not survive a thread that is itself interrupted.
      boolean flag = Thread.interrupted();
      interrupt.run();
      if (flag) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
