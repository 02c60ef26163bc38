package io.github.poolmap.internal.observe;

import io.github.poolmap.ProgressListener.Progress;
import java.time.Duration;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Shows a call by lines in the log: none of a short one, and less often the longer it takes. */
final class ProgressLines implements ProgressReport.View {

  /** Calls that end before are not worth a line. */
  private static final Duration FIRST = Duration.ofSeconds(2);

  private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(10);
  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);

  /** The interval grows with the time that the call has taken. */
  private static final int INTERVALS = 10;

  private final Logger log;
  private Duration next = FIRST;

  ProgressLines(Logger log) {
    this.log = log;
  }

  @Override
  public void show(Progress now) {
    boolean ends = now.total().isPresent() && now.done() == now.total().getAsLong();
    if (ends || now.elapsed().compareTo(next) < 0) {
      return;
    }
    log.info("{}", line(now, ProgressText.eta(now)));
    Duration interval = now.elapsed().dividedBy(INTERVALS);
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      interval = SHORTEST_INTERVAL;
    } else if (interval.compareTo(LONGEST_INTERVAL) > 0) {
      interval = LONGEST_INTERVAL;
    }
    next = now.elapsed().plus(interval);
  }

  @Override
  public void end(Progress last, @Nullable Throwable failure) {
    if (last.elapsed().compareTo(FIRST) >= 0) {
      Progress shown = ProgressText.inTheEnd(last, failure);
      log.info("{}", line(shown, ProgressText.end(last, failure)));
    }
  }

  /** For example "parsing: 1,200 of 10,000 (12 %) in 0:00:12, 98.7/s, 2 failed, ETA 0:01:29". */
  private static String line(Progress of, String end) {
    StringBuilder line = new StringBuilder(of.call().label());
    line.append(String.format(Locale.ROOT, ": %,d", of.done()));
    if (of.total().isPresent()) {
      long total = of.total().getAsLong();
      line.append(String.format(Locale.ROOT, " of %,d", total));
      if (total > 0) {
        line.append(" (").append(percent(of.done(), total)).append(" %)");
      }
    }
    line.append(" in ").append(ProgressText.time(of.elapsed()));
    StringJoiner rest = new StringJoiner(", ", ", ", "");
    rest.add(ProgressText.rate(of));
    for (String each : new String[] {ProgressText.failed(of), end}) {
      if (!each.isEmpty()) {
        rest.add(each);
      }
    }
    return line.append(rest).toString();
  }

  private static long percent(long done, long total) {
    return (long) Math.floor(100.0 * done / total);
  }
}
