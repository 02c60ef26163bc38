package io.github.poolmap.internal.observe;

import io.github.poolmap.PoolKind;
import java.util.Locale;

/** Figures and words as people read them. */
final class Texts {

  private Texts() {}

  static String kind(PoolKind kind) {
    return switch (kind) {
      case SERIAL -> "serial";
      case THREADS -> "threads";
      case PROCESSES -> "processes";
    };
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String count(long number, String noun) {
    return number(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /** A duration with three digits or so. */
  static String duration(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return digits(nanos / 1e3) + " µs";
    }
    if (nanos < 1_000_000_000) {
      return digits(nanos / 1e6) + " ms";
    }
    return nanos < 1_000_000_000_000L
        ? digits(nanos / 1e9) + " s"
        : number(nanos / 1_000_000_000) + " s";
  }

  /** A duration that is 1, 2 or 5 of a power of ten. */
  static String round(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return nanos / 1_000 + " µs";
    }
    if (nanos < 1_000_000_000) {
      return nanos / 1_000_000 + " ms";
    }
    return number(nanos / 1_000_000_000) + " s";
  }

  private static String digits(double value) {
    return String.format(
        Locale.ROOT, value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value);
  }

  static String percent(double share) {
    double percent = 100 * share;
    return String.format(
        Locale.ROOT, percent > 0 && percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
  }

  /** The text, or its first characters and dots; none that consists of two parts is cut. */
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    boolean cuts =
        Character.isHighSurrogate(text.charAt(most - 1))
            && Character.isLowSurrogate(text.charAt(most));
    return text.substring(0, cuts ? most - 1 : most) + "...";
  }

  /** The text as it stands in HTML, in an attribute too. */
  static String html(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> i += append(escaped, text, i);
      }
    }
    return escaped.toString();
  }

  /** Half of a pair and control characters have no place in HTML. Returns 1 for a pair. */
  private static int append(StringBuilder escaped, String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)
        && i + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(i + 1))) {
      escaped.append(c).append(text.charAt(i + 1));
      return 1;
    }
    boolean allowed =
        !Character.isSurrogate(c) && (c >= ' ' || c == '\n' || c == '\t') && c != 0x7f;
    escaped.append(allowed ? c : '\ufffd');
    return 0;
  }
}
