package io.github.poolmap.internal.run;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a dispatcher look again some time after that was asked for, once however often it is asked.
 * Guarded by the lock of the dispatcher.
 */
final class PlannedLook {

  private static final Logger LOG = LoggerFactory.getLogger(PlannedLook.class);

  private final String poolName;
  private final Duration delay;
  private final Runnable look;

  private boolean planned;

  /**
   * Makes one, with nothing planned.
   *
   * @param look has {@link #begin} called before anything else; called without the lock
   */
  PlannedLook(String poolName, Duration delay, Runnable look) {
    this.poolName = poolName;
    this.delay = delay;
    this.look = look;
  }

  /** Plans the look unless it is planned; false if that cannot be, so that none will come. */
  boolean plan() {
    if (!planned) {
      try {
        Deadlines.after(delay, look);
        planned = true;
      } catch (OutOfMemoryError e) {
        LOG.warn("{}: no thread to be had for the timer", poolName, e);
      }
    }
    return planned;
  }

  /** The look that was planned has come. */
  void begin() {
    planned = false;
  }
}
