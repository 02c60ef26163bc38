package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Decides what the failure of an attempt means: another attempt, when, or the end of the item, and
 * when so many workers have died in a row that there is no use in going on. What it counts is
 * guarded by the lock of its run.
 */
final class Attempts {

  /** So many workers that died in a row, with no item ended between, end the run. */
  private static final int CRASHES_ALLOWED = 10;

  private static final Duration LONGEST_BACKOFF = Duration.ofDays(1);

  private final int retries;
  private final Predicate<? super Throwable> retryOn;
  private final Duration firstBackoff;

  private int crashesInRow;

  Attempts(MapOptions options) {
    this.retries = options.retries();
    this.retryOn = options.retryOn();
    this.firstBackoff = options.retryBackoff();
  }

  /** Tells whether this can be anything but the last attempt. */
  boolean hasMore(Chunk<?> chunk, ItemFailure failure) {
    return chunk.attempts() < retries && failure.wasStarted();
  }

  /** Decides whether there will be another attempt. Runs user code, without the lock. */
  Judgement judge(Settled attempt, ItemFailure failure) {
    try {
      return new Judgement(failure, retryOn.test(failure.subject(attempt.asItem())));
    } catch (Throwable t) {
      return new Judgement(failure.withSuppressed(t), false);
    }
  }

  /** Returns how long to wait: each retry twice as long as the one before. */
  Duration backoff(int retry) {
    Duration delay = firstBackoff;
    for (int i = 1; i < retry && delay.compareTo(LONGEST_BACKOFF) < 0; i++) {
      delay = delay.multipliedBy(2);
    }
    return delay.compareTo(LONGEST_BACKOFF) < 0 ? delay : LONGEST_BACKOFF;
  }

  // ---- crashes

  /** Items have ended, other than by a crash. */
  void progress() {
    crashesInRow = 0;
  }

  /** A worker has died of an item of this chunk. */
  void crash(Chunk<?> chunk) {
    crashesInRow = withNext(chunk);
  }

  boolean tooManyCrashes() {
    return crashesInRow >= CRASHES_ALLOWED;
  }

  /** Tells whether the crash that this chunk meets will be one too many. */
  boolean wouldBeTooMany(Chunk<?> chunk) {
    return withNext(chunk) >= CRASHES_ALLOWED;
  }

  private int withNext(Chunk<?> chunk) {
    return chunk.hasProgressed() ? 1 : crashesInRow + 1;
  }
}
