package io.github.poolmap.internal.run;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Bridges a wait that is likely to be short without going to sleep.
 *
 * <p>Being woken costs more than all the rest of a round trip to a worker: some microseconds where
 * the processor is at work, some dozens where it has gone to sleep too. So who expects an answer
 * within a moment looks for it for that moment, and sleeps only then.
 *
 * <p>Nobody shall notice. It takes at most {@link #LONGEST_NANOS}; each look lets other threads
 * have the processor if any wants it; so many threads look at a time as there are processors to
 * spare, over all pools; and where looking was in vain the next waits do without, see {@link
 * Backoff}, so that it costs next to nothing where answers take long.
 */
final class ShortWait {

  private static final long LONGEST_NANOS = 50_000;
  private static final int LOOKS_AT_A_TIME = 16;

  private static final int SPARE_PROCESSORS = Runtime.getRuntime().availableProcessors() - 1;
  private static final AtomicInteger LOOKING = new AtomicInteger();

  private final Backoff backoff = new Backoff();

  /** Waits for a moment until the condition holds; does nothing if that has been in vain lately. */
  void until(BooleanSupplier condition) {
    if (condition.getAsBoolean()) {
      return;
    }
    if (backoff.leavesOut()) {
      return;
    }
    if (LOOKING.incrementAndGet() <= SPARE_PROCESSORS) {
      try {
        backoff.note(look(condition));
      } finally {
        LOOKING.decrementAndGet();
      }
    } else {
      LOOKING.decrementAndGet();
    }
  }

  private static boolean look(BooleanSupplier condition) {
    long start = System.nanoTime();
    do {
      for (int i = 0; i < LOOKS_AT_A_TIME; i++) {
        if (condition.getAsBoolean()) {
          return true;
        }
        Thread.onSpinWait();
      }
      Thread.yield();
    } while (System.nanoTime() - start < LONGEST_NANOS);
    return condition.getAsBoolean();
  }
}
