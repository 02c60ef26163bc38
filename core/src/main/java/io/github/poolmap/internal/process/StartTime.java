package io.github.poolmap.internal.process;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a worker takes from its launch to its first chunk. Safe for use by many threads.
 *
 * <p>A machine that is busy makes starts longer, never shorter; so a short one is believed at once,
 * and a long one by and by.
 */
final class StartTime {

  /** Before anything has been measured. */
  private static final long GUESS_NANOS = 250_000_000;

  /** What workers of other pools took: a first guess for those of a new one. */
  private static final AtomicLong OF_PROGRAM = new AtomicLong();

  private final AtomicLong measured = new AtomicLong();

  /** A worker has been launched and got ready in that time. */
  void took(long nanos) {
    learn(measured, nanos);
    learn(OF_PROGRAM, nanos);
  }

  private static void learn(AtomicLong known, long nanos) {
    known.updateAndGet(
        before ->
            before == 0 || nanos < before ? Math.max(1, nanos) : before + (nanos - before) / 4);
  }

  /** Returns how long the next one may take. */
  long nanos() {
    long own = measured.get();
    long any = own == 0 ? OF_PROGRAM.get() : own;
    return any == 0 ? GUESS_NANOS : any;
  }
}
