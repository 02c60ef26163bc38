package io.github.poolmap.internal.observe;

import java.io.IOException;
import java.math.BigDecimal;

/**
 * Writes JSON that may also stand within an HTML page: nothing in it ends a script. Not safe for
 * use by many threads.
 */
final class Json {

  private final Appendable out;
  private boolean first = true;

  Json(Appendable out) {
    this.out = out;
  }

  Json beginObject() throws IOException {
    return begin('{');
  }

  Json endObject() throws IOException {
    return end('}');
  }

  Json beginArray() throws IOException {
    return begin('[');
  }

  Json endArray() throws IOException {
    return end(']');
  }

  private Json begin(char bracket) throws IOException {
    separate();
    out.append(bracket);
    first = true;
    return this;
  }

  private Json end(char bracket) throws IOException {
    out.append(bracket);
    first = false;
    return this;
  }

  private void separate() throws IOException {
    if (!first) {
      out.append(',');
    }
    first = false;
  }

  /** The name of what comes next in an object. */
  Json name(String name) throws IOException {
    separate();
    quote(name);
    out.append(':');
    first = true;
    return this;
  }

  Json value(String text) throws IOException {
    separate();
    quote(text);
    return this;
  }

  Json value(long number) throws IOException {
    separate();
    out.append(Long.toString(number));
    return this;
  }

  Json value(boolean truth) throws IOException {
    separate();
    out.append(truth ? "true" : "false");
    return this;
  }

  /** Writes nanoseconds as microseconds, to the last digit. */
  Json micros(long nanos) throws IOException {
    separate();
    if (nanos % 1000 == 0) {
      out.append(Long.toString(nanos / 1000));
    } else {
      out.append(BigDecimal.valueOf(nanos, 3).toPlainString());
    }
    return this;
  }

  /** Begins a new line, for the eye. */
  Json newLine() throws IOException {
    out.append('\n');
    return this;
  }

  private void quote(String text) throws IOException {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (isEscaped(c)) {
            escape(c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** Surrogates too: half of a pair could not be encoded. */
  private static boolean isEscaped(char c) {
    return c < ' '
        || c == '<'
        || c == '>'
        || c == '&'
        || c == 0x7f
        || c == 0x2028
        || c == 0x2029
        || Character.isSurrogate(c);
  }

  private void escape(char c) throws IOException {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append(Character.forDigit((c >> shift) & 0xf, 16));
    }
  }
}
