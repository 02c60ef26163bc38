package io.github.poolmap.benchmarks.measure;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What ours must reach on a line of the table.
 *
 * @param kind what is compared
 * @param bound with what
 */
public record Goal(Kind kind, double bound) {

  /** What a goal is about. */
  public enum Kind {
    /** How many times as long as the peer ours may take. */
    RATIO,
    /** How many times as fast as the peer ours must be. */
    SPEED,
    /** The largest figure of ours. */
    FIGURE
  }

  /** At most so many times as long as the peer. */
  public static Goal atMostTimes(double ratio) {
    return new Goal(Kind.RATIO, ratio);
  }

  /** At least so many times as fast as the peer. */
  public static Goal timesFaster(double times) {
    return new Goal(Kind.SPEED, times);
  }

  /** At most so many seconds, or bytes. */
  public static Goal atMost(double figure) {
    return new Goal(Kind.FIGURE, figure);
  }

  /** At least so many gigabytes in a second. */
  public static Goal gigabytesPerSecond(double rate) {
    return new Goal(Kind.FIGURE, 1e-9 / rate);
  }

  /**
   * Tells whether it is met, null if there is nothing to compare with.
   *
   * @param ours the figure of ours
   * @param ratio ours over the peer's, null without a peer
   */
  public @Nullable Boolean isMet(double ours, @Nullable Double ratio) {
    if (kind == Kind.FIGURE) {
      return ours <= bound;
    }
    if (ratio == null) {
      return null;
    }
    return kind == Kind.RATIO ? ratio <= bound : 1 / ratio >= bound;
  }

  /** Writes it as the table shows it. */
  public String format(Unit unit) {
    return switch (kind) {
      case RATIO -> String.format(Locale.ROOT, "<= %.2f x", bound);
      case SPEED -> String.format(Locale.ROOT, "<= %.3f x (%.0f x faster)", 1 / bound, bound);
      case FIGURE -> (unit == Unit.RATE ? ">= " : "<= ") + unit.format(bound);
    };
  }
}
