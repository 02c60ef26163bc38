package io.github.poolmap.internal.observe;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.SettingControl;

/**
 * From which duration on a recording wants items, as Flight Recorder reads durations: {@code 10 ms}
 * or {@code 10ms}. Of several recordings at a time the most curious one counts.
 */
final class LeastTime extends SettingControl {

  private static final Duration DEFAULT = Duration.ofMillis(10);

  /** With a space or without; what has no unit is in nanoseconds. */
  private static final Pattern DURATION = Pattern.compile("(\\d{1,18})\\s*(|ns|us|ms|s|m|h|d)");

  private volatile String value = "10 ms";
  private volatile long nanos = DEFAULT.toNanos();

  long nanos() {
    return nanos;
  }

  @Override
  public String combine(Set<String> values) {
    String least = value;
    long leastNanos = Long.MAX_VALUE;
    for (String each : values) {
      long parsed = parse(each);
      if (parsed < leastNanos) {
        leastNanos = parsed;
        least = each;
      }
    }
    return least;
  }

  @Override
  public void setValue(String newValue) {
    value = newValue;
    nanos = parse(newValue);
  }

  @Override
  public String getValue() {
    return value;
  }

  /** What cannot be read is the default: a typing error shall not lose a recording. */
  static long parse(String text) {
    String duration = text.strip();
    if (duration.equals("infinity")) {
      return Long.MAX_VALUE;
    }
    Matcher parts = DURATION.matcher(duration);
    if (!parts.matches()) {
      return DEFAULT.toNanos();
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "us" -> TimeUnit.MICROSECONDS.toNanos(number);
      case "ms" -> TimeUnit.MILLISECONDS.toNanos(number);
      case "s" -> TimeUnit.SECONDS.toNanos(number);
      case "m" -> TimeUnit.MINUTES.toNanos(number);
      case "h" -> TimeUnit.HOURS.toNanos(number);
      case "d" -> TimeUnit.DAYS.toNanos(number);
      default -> number;
    };
  }
}
