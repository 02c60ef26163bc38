package io.github.poolmap.internal.observe;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import jdk.jfr.SettingControl;

/**
 * From which duration on a recording wants items, as Flight Recorder writes durations: {@code 10
 * ms}. Of several recordings at a time the most curious one counts.
 */
final class LeastTime extends SettingControl {

  private static final Duration DEFAULT = Duration.ofMillis(10);

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
    String[] parts = text.strip().split("\\s+", -1);
    try {
      long number = Long.parseLong(parts[0]);
      return switch (parts.length == 2 ? parts[1] : "") {
        case "ns" -> number;
        case "us" -> TimeUnit.MICROSECONDS.toNanos(number);
        case "ms" -> TimeUnit.MILLISECONDS.toNanos(number);
        case "s" -> TimeUnit.SECONDS.toNanos(number);
        case "m" -> TimeUnit.MINUTES.toNanos(number);
        default -> DEFAULT.toNanos();
      };
    } catch (NumberFormatException e) {
      return DEFAULT.toNanos();
    }
  }
}
