package io.github.poolmap.internal.run;

import java.util.Locale;
import java.util.Optional;

/**
 * Decides how many threads items need that wait for part of their time. Used by one thread at a
 * time.
 *
 * <p>Threads that compute for the share c of their time keep all cores busy if there are cores / c
 * of them (Goetz et al., Java Concurrency in Practice, 8.2: N = cores x (1 + waiting / computing)).
 * It goes up by doubling, as long as most threads wait and items wait for a thread; it comes down
 * to that number at once.
 */
final class ThreadDemand {

  /** So many samples in a row with the same number make a decision. */
  private static final int STABLE_SAMPLES = 3;

  /** The average never quite forgets: such a part of a thread is not worth a whole one. */
  private static final double IMMATERIAL = 0.1;

  private final int cores;
  private final int most;

  private int limit;
  private double waiting;
  private boolean measured;

  // Since the last decision.
  private double shares;
  private int samples;
  private int stable;
  private int limitAtStart;

  private int decidedLimit;

  ThreadDemand(int cores, int most) {
    this.cores = cores;
    this.most = most;
    this.limit = cores;
    this.limitAtStart = cores;
  }

  /** Takes in a sample and returns how many threads there may be. */
  int next(ThreadSampler.Sample sample, boolean backlog) {
    double now = (double) sample.waiting() / sample.threads();
    waiting = measured ? (waiting + now) / 2 : now;
    measured = true;
    shares += sample.share();
    samples++;
    int before = limit;
    if (waiting >= 0.5 && backlog) {
      limit = (int) Math.min(most, limit * 2L);
    } else if (waiting < 0.5 && limit > cores) {
      limit = Math.min(limit, (int) Math.ceil(cores / (1 - waiting) - IMMATERIAL));
    }
    stable = limit == before ? stable + 1 : 0;
    return limit;
  }

  /** Returns what was measured and chosen, once the choice stands, and only if it is news. */
  Optional<String> decision() {
    return stable >= STABLE_SAMPLES ? news() : Optional.empty();
  }

  /** No call is under way: what was chosen by now is the decision. */
  Optional<String> endOfCalls() {
    Optional<String> last = samples > 0 ? news() : Optional.empty();
    measured = false;
    return last;
  }

  private Optional<String> news() {
    boolean isNews = limit != decidedLimit;
    String text =
        String.format(
            Locale.ROOT,
            "each thread used %.0f %% of a core (%d samples): items mostly %s, chosen: %d threads"
                + " (before: %d, cores: %d)",
            100 * shares / Math.max(1, samples),
            samples,
            waiting >= 0.5 ? "wait" : "compute",
            limit,
            limitAtStart,
            cores);
    decidedLimit = limit;
    limitAtStart = limit;
    shares = 0;
    samples = 0;
    stable = 0;
    return isNews ? Optional.of(text) : Optional.empty();
  }
}
