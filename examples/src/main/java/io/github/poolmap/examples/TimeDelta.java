package io.github.poolmap.examples;

import java.time.Duration;
import java.util.Locale;

/** Writes durations as hours, minutes, seconds and milliseconds, like {@code 0:00:10.007}. */
public final class TimeDelta {

  private static final long NANOS_PER_MILLI = 1_000_000;

  private TimeDelta() {}

  /**
   * Writes a duration, rounded to the nearest millisecond.
   *
   * @param duration zero or more
   * @return {@code h:mm:ss.SSS}, with as many digits for the hours as it takes
   */
  public static String format(Duration duration) {
    long millis = duration.plusNanos(NANOS_PER_MILLI / 2).toMillis();
    Duration rounded = Duration.ofMillis(millis);
    return String.format(
        Locale.ROOT,
        "%d:%02d:%02d.%03d",
        rounded.toHours(),
        rounded.toMinutesPart(),
        rounded.toSecondsPart(),
        rounded.toMillisPart());
  }
}
