package io.github.poolmap.internal.observe;

import io.github.poolmap.CallTimeoutException;
import io.github.poolmap.PoolClosedException;
import io.github.poolmap.PoolInterruptedException;
import io.github.poolmap.ProgressListener.Progress;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The words for progress. */
final class ProgressText {

  private ProgressText() {}

  /** For example "0:01:05". */
  static String time(Duration duration) {
    long seconds = duration.toSeconds();
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  /** For example "12.3/s" or, of what takes longer, "4.0/min". */
  static String rate(Progress of) {
    double rate = of.rate();
    if (rate >= 100) {
      return String.format(Locale.ROOT, "%,.0f/s", rate);
    }
    if (rate >= 1 || rate == 0) {
      return String.format(Locale.ROOT, "%.1f/s", rate);
    }
    return String.format(Locale.ROOT, "%.1f/min", rate * 60);
  }

  /** For example "ETA 0:00:10"; empty if there will never be one. */
  static String eta(Progress of) {
    if (of.total().isEmpty()) {
      return "";
    }
    return "ETA " + of.eta().map(ProgressText::time).orElse("?");
  }

  /** For example "3 failed"; empty if none has. */
  static String failed(Progress of) {
    return of.failed() == 0 ? "" : String.format(Locale.ROOT, "%,d failed", of.failed());
  }

  /**
   * What is shown in the end. Of a call that ended with a failure, what has failed is not done: it
   * must not stand there at 100 %, whichever item it was that failed.
   */
  static Progress inTheEnd(Progress last, @Nullable Throwable failure) {
    if (failure == null) {
      return last;
    }
    long done = last.done() - last.failed();
    boolean all = last.total().isPresent() && done >= last.total().getAsLong();
    OptionalLong total = all ? OptionalLong.empty() : last.total();
    return new Progress(last.call(), done, last.failed(), total, last.elapsed());
  }

  /** Returns how the call ended, in a word or two. */
  static String end(Progress last, @Nullable Throwable failure) {
    if (failure == null) {
      boolean early = last.total().isEmpty() || last.done() < last.total().getAsLong();
      return early ? "ended early" : "done";
    }
    if (failure instanceof CallTimeoutException) {
      return "out of time";
    }
    if (failure instanceof CancellationException) {
      return "cancelled";
    }
    if (failure instanceof PoolInterruptedException) {
      return "interrupted";
    }
    if (failure instanceof PoolClosedException) {
      return "pool closed";
    }
    return "failed: " + failure.getClass().getSimpleName();
  }
}
