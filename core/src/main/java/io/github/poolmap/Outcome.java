package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one input of {@link Pool#mapOutcomes} or {@link Pool#imapOutcomes}: a value or a
 * failure. Immutable.
 *
 * @param <T> type of the input
 * @param <R> type of the value
 */
public final class Outcome<T, R> {

  private final long index;
  private final T input;
  private final @Nullable R value;
  private final @Nullable PoolException failure;
  private final int attempts;
  private final Duration duration;
  private final String worker;

  Outcome(
      long index,
      T input,
      @Nullable R value,
      @Nullable PoolException failure,
      int attempts,
      Duration duration,
      String worker) {
    this.index = index;
    this.input = input;
    this.value = value;
    this.failure = failure;
    this.attempts = attempts;
    this.duration = duration;
    this.worker = worker;
  }

  /**
   * Returns which item it is.
   *
   * @return the item's position in the input, from 0
   */
  public long index() {
    return index;
  }

  /**
   * Returns the input.
   *
   * @return the object that was given to the pool, may be null
   */
  public T input() {
    return input;
  }

  /**
   * Tells whether there is a value.
   *
   * @return false if there is a failure
   */
  public boolean isSuccess() {
    return failure == null;
  }

  /**
   * Returns the value.
   *
   * @return what the function gave back, may be null
   * @throws PoolException the {@link #failure()}, if there is one
   */
  @SuppressWarnings("NullAway") // Null if the function gave null, which R then allows.
  public R value() {
    if (failure != null) {
      throw failure;
    }
    return value;
  }

  /**
   * Returns why there is no value.
   *
   * @return a {@link TaskException}, or its kinds {@link TaskTimeoutException} and {@link
   *     WorkerCrashedException}; a {@link CallTimeoutException} if the call's time was over first;
   *     a {@link WorkerStartException} if there was no worker to be had; null on success
   */
  public @Nullable PoolException failure() {
    return failure;
  }

  /**
   * Returns how often the item was started.
   *
   * @return 1, more after retries, 0 if it was never started
   */
  public int attempts() {
    return attempts;
  }

  /**
   * Returns how long the last attempt took in its worker.
   *
   * @return the time by the worker's clock; zero if the item was never started, or not to its end
   */
  public Duration duration() {
    return duration;
  }

  /**
   * Returns who had the item last.
   *
   * @return the worker's name, for a process with its pid; empty if it was never started
   */
  public String worker() {
    return worker;
  }

  /**
   * Returns the values of those that succeeded.
   *
   * @param outcomes any outcomes
   * @param <R> type of the values
   * @return their values, in the order of the outcomes; unmodifiable, may hold nulls
   */
  public static <R> List<R> values(Collection<? extends Outcome<?, ? extends R>> outcomes) {
    requireNonNull(outcomes, "outcomes");
    List<R> values = new ArrayList<>(outcomes.size());
    for (Outcome<?, ? extends R> each : outcomes) {
      if (each.isSuccess()) {
        values.add(each.value());
      }
    }
    return Collections.unmodifiableList(values);
  }

  /**
   * Returns the failures of those that failed.
   *
   * @param outcomes any outcomes
   * @return their failures, in the order of the outcomes; unmodifiable
   */
  public static List<PoolException> failures(Collection<? extends Outcome<?, ?>> outcomes) {
    requireNonNull(outcomes, "outcomes");
    List<PoolException> failures = new ArrayList<>();
    for (Outcome<?, ?> each : outcomes) {
      PoolException failure = each.failure();
      if (failure != null) {
        failures.add(failure);
      }
    }
    return Collections.unmodifiableList(failures);
  }

  @Override
  public String toString() {
    return "Outcome[" + index + ": " + (failure == null ? value : failure) + "]";
  }
}
