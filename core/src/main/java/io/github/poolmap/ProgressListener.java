package io.github.poolmap;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Hears how far calls have come: set by {@link MapOptions#progress(ProgressListener)}.
 *
 * <p>Of each call it hears {@link #started} once, then {@link #progressed} any number of times, and
 * {@link #ended} once. States are looked at ten times a second at most, however many items end
 * meanwhile, so a million short items cost no more than ten long ones; what comes in between is
 * left out, but the last state always arrives. While nothing changes the present state comes about
 * once a second. A stream is a call from its terminal operation on; one that is never read is not
 * heard of.
 *
 * <p>Each listener is called by one daemon thread of its own, also if several calls have the same
 * one, so it need not be safe for many threads. No call waits for it: a slow one hears of fewer
 * states, and of calls that begin while 10,000 wait to be told nothing at all, of which the log
 * says how many they were. What a listener throws is logged, the first time as a warning. What it
 * has not been told when the program ends is lost.
 */
@FunctionalInterface
public interface ProgressListener {

  /**
   * A call has begun.
   *
   * @param first its state, as a rule without any item ended
   */
  default void started(Progress first) {}

  /**
   * A call has come further, or one second has passed.
   *
   * @param now its state
   */
  void progressed(Progress now);

  /**
   * A call has ended: nothing of it runs any more. Its last state has been told to {@link
   * #progressed} before.
   *
   * @param last its last state; it has fewer items ended than there are if the call was stopped, or
   *     its stream closed, before the end
   * @param failure what the call ended with; null if it ended well
   */
  default void ended(Progress last, @Nullable Throwable failure) {}

  /**
   * A call whose progress is told. All states of one call have the same instance.
   *
   * @param pool the name of its pool
   * @param number counts the calls of the pool, from 1, as in {@link PoolListener.Call}
   * @param label what {@link MapOptions#progress(String)} calls it; empty if it has no label
   * @param nested whether it was made by a task, or by an input that was read, of another call
   */
  record Call(String pool, long number, String label, boolean nested) {}

  /**
   * How far a call has come.
   *
   * @param call the call
   * @param done how many of its items have ended, with a result or with a failure for good
   * @param failed how many of those have failed
   * @param total how many items there are: known from the start if the input is a collection, else
   *     when it has been read to its end
   * @param elapsed the time since the call began
   */
  record Progress(Call call, long done, long failed, OptionalLong total, Duration elapsed) {

    /**
     * Returns how many items have ended in a second, on the average of the whole call.
     *
     * @return zero or more; 0 while no time has passed
     */
    public double rate() {
      return elapsed.isZero() ? 0 : done / (elapsed.toNanos() / 1e9);
    }

    /**
     * Estimates how long the rest takes, at the average pace so far.
     *
     * @return the time that is left; empty if the total is not known or nothing has ended yet
     */
    public Optional<Duration> eta() {
      if (done == 0 || total.isEmpty()) {
        return Optional.empty();
      }
      double left = Math.max(0, total.getAsLong() - done);
      return Optional.of(Duration.ofNanos((long) (elapsed.toNanos() * left / done)));
    }
  }
}
