package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.PoolListener;
import io.github.poolmap.ProgressListener;
import io.github.poolmap.ProgressListener.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far one call has come, for those who are told: looked up in its run while that goes on. So
 * items that end cost nothing, and what is told is as new as it can be.
 */
final class CallProgress {

  /** So long the end of a call waits for its last state to be shown. */
  private static final long SHOWN_MILLIS = 1_000;

  /** The present state is told after so long, changed or not. */
  private static final long BEAT_MILLIS = 1_000;

  /** The same for what shows it, which has to draw again what was printed over. */
  private static final long REPORT_BEAT_MILLIS = 200;

  private final PoolListener.Call number;
  private final String label;
  private final List<ProgressListener> listeners = new ArrayList<>();
  private final @Nullable ProgressListener report;

  // Guarded by this.
  private final List<ProgressThread.Watch> watches = new ArrayList<>();
  private ProgressThread.@Nullable Watch reported;
  private boolean ended;
  private ProgressListener.@Nullable Call call;
  private @Nullable Run<?> run;
  private long start;
  private long done;
  private long failed;
  private OptionalLong total = OptionalLong.empty();
  private @Nullable Progress last;
  private @Nullable Throwable failure;

  private CallProgress(
      PoolListener.Call number, MapOptions options, @Nullable ProgressListener report) {
    this.number = number;
    this.label = options.progressLabel().orElse("");
    this.report = report;
    options.progressListener().ifPresent(listeners::add);
    if (report != null) {
      listeners.add(report);
    }
  }

  /**
   * Makes the progress of a call; null if nobody is told.
   *
   * @param report what shows it, for which the end of the call waits a moment
   */
  static @Nullable CallProgress of(
      PoolListener.Call number, MapOptions options, @Nullable ProgressListener report) {
    return report == null && options.progressListener().isEmpty()
        ? null
        : new CallProgress(number, options, report);
  }

  /** The call begins, in the thread that makes it. */
  void begin(Run<?> of, Iterable<?> inputs) {
    OptionalLong size = size(inputs);
    synchronized (this) {
      if (ended) {
        // Terminated before it came here.
        return;
      }
      call = new ProgressListener.Call(number.pool(), number.number(), label, of.outer() != null);
      run = of;
      start = System.nanoTime();
      total = size;
      for (ProgressListener listener : listeners) {
        long beat = listener == report ? REPORT_BEAT_MILLIS : BEAT_MILLIS;
        ProgressThread.Watch watch = ProgressThread.watch(listener, this, beat);
        watches.add(watch);
        if (listener == report) {
          reported = watch;
        }
      }
    }
  }

  /** Runs user code, unless the collection is one of the JDK. */
  private static OptionalLong size(Iterable<?> inputs) {
    if (!(inputs instanceof Collection<?> collection)) {
      return OptionalLong.empty();
    }
    try {
      int size = collection.size();
      return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
    } catch (RuntimeException | Error e) {
      // If that stops the call it is thrown when the inputs are read.
      return OptionalLong.empty();
    }
  }

  /** Looks at the state. */
  synchronized Progress now() {
    Progress end = last;
    if (end != null) {
      return end;
    }
    Run<?> of = run;
    ProgressListener.Call told = call;
    if (of == null || told == null) {
      throw new IllegalStateException("the call has not begun");
    }
    Run.Sample sample = of.sample();
    done = Math.max(done, sample.ended());
    failed = Math.max(failed, sample.failed());
    if (sample.total().isPresent()) {
      total = sample.total();
    } else if (total.isPresent() && total.getAsLong() < done) {
      // The collection has grown since it was asked.
      total = OptionalLong.empty();
    }
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    return new Progress(told, done, failed, total, elapsed);
  }

  /** The call has ended. */
  synchronized void end(@Nullable Throwable with) {
    if (ended) {
      return;
    }
    ended = true;
    if (run != null) {
      last = now();
      failure = with;
      run = null;
      watches.forEach(ProgressThread.Watch::end);
    }
  }

  synchronized @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Waits a moment for the end to be shown, so that it comes before what the caller writes then. An
   * interrupt ends that, and stays.
   */
  void awaitShown() {
    ProgressThread.Watch watch;
    synchronized (this) {
      watch = reported;
    }
    if (watch == null) {
      return;
    }
    try {
      watch.awaitTold(SHOWN_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
