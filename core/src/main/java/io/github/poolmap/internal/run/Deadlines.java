package io.github.poolmap.internal.run;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the library's own actions at a later time, on one daemon thread that ends when there is
 * nothing to wait for. No user code runs here.
 */
public final class Deadlines {

  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private Deadlines() {}

  /** An action that is to come. */
  @FunctionalInterface
  public interface Deadline {

    /** The action is not wanted any more; it may be under way already. */
    void cancel();
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, action -> new ServiceThread(action, "poolmap-deadlines"));
    timer.setKeepAliveTime(100, TimeUnit.MILLISECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** Runs the action after the delay, unless what is returned is cancelled. */
  public static Deadline after(Duration delay, Runnable action) {
    Future<?> future =
        TIMER.schedule(
            () -> {
              try {
                action.run();
              } catch (RuntimeException | Error e) {
                LOG.error("an action of the timer failed", e);
              }
            },
            delay.toNanos(),
            TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }
}
