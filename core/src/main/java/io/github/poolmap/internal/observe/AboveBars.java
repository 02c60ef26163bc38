package io.github.poolmap.internal.observe;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Stands in place of System.out or System.err while there are bars: each text goes to the stream
 * whose place it took, above the bars.
 *
 * <p>What prints here holds no lock but that of the stream, which the stream takes anyway. Many
 * programs print several lines within {@code synchronized (System.out)}. One that has begun to do
 * so before there were bars, or goes on when they are gone, holds the lock of one of the two
 * streams and prints to the other; a print that held a further lock would wait for it, and it for
 * that print.
 *
 * <p>Others wait nevertheless for who holds the lock of this one, as {@link
 * Throwable#printStackTrace} does, so that its lines stay together. They only go through that lock
 * before they print.
 *
 * <p>What remains: who holds the lock of the stream since before there were bars, and then takes
 * that of System.out anew, waits for a thread that has it and prints. Two streams are two locks,
 * and the program takes both of them by itself.
 */
final class AboveBars extends PrintStream {

  private final PrintStream stream;
  private final Screen screen;

  AboveBars(PrintStream stream, Screen screen) {
    // Nothing ever gets to the stream below: all that writes is overridden.
    super(OutputStream.nullOutputStream(), false, charsetOf(stream));
    this.stream = stream;
    this.screen = screen;
  }

  boolean isOf(Screen other) {
    return screen == other;
  }

  /** The stream in whose place this one is. */
  PrintStream stream() {
    return stream;
  }

  /** What this one answers when somebody asks for its charset, which is possible from 18 on. */
  private static Charset charsetOf(PrintStream stream) {
    try {
      return (Charset) PrintStream.class.getMethod("charset").invoke(stream);
    } catch (ReflectiveOperationException e) {
      return Charset.defaultCharset();
    }
  }

  private void above(Runnable print, boolean endsLine) {
    if (!Thread.holdsLock(stream)) {
      awaitUnlocked();
    }
    synchronized (stream) {
      screen.above(stream, print, endsLine);
    }
  }

  private void awaitUnlocked() {
    synchronized (this) {
      // Not while printing, which may wait for the lock of the stream.
    }
  }

  @Override
  public void write(int b) {
    above(() -> stream.write(b), b == '\n');
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (length > 0) {
      above(() -> stream.write(bytes, offset, length), bytes[offset + length - 1] == '\n');
    }
  }

  @Override
  public void print(@Nullable String text) {
    String shown = String.valueOf(text);
    if (!shown.isEmpty()) {
      above(() -> stream.print(shown), shown.endsWith("\n"));
    }
  }

  @Override
  public void println(@Nullable String text) {
    above(() -> stream.println(text), true);
  }

  @Override
  public void println() {
    above(stream::println, true);
  }

  @Override
  public PrintStream format(String format, @Nullable Object... arguments) {
    print(String.format(format, arguments));
    return this;
  }

  @Override
  public PrintStream format(@Nullable Locale locale, String format, @Nullable Object... arguments) {
    print(String.format(locale, format, arguments));
    return this;
  }

  @Override
  public void flush() {
    stream.flush();
  }

  @Override
  public void close() {
    stream.close();
  }

  @Override
  public boolean checkError() {
    return stream.checkError();
  }

  // ---- all else by those above

  @Override
  public void print(boolean value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(char value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(int value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(long value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(float value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(double value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(char[] value) {
    print(String.valueOf(value));
  }

  @Override
  public void print(@Nullable Object value) {
    print(String.valueOf(value));
  }

  @Override
  public void println(boolean value) {
    println(String.valueOf(value));
  }

  @Override
  public void println(char value) {
    println(String.valueOf(value));
  }

  @Override
  public void println(int value) {
    println(String.valueOf(value));
  }

  @Override
  public void println(long value) {
    println(String.valueOf(value));
  }

  @Override
  public void println(float value) {
    println(String.valueOf(value));
  }

  @Override
  public void println(double value) {
    println(String.valueOf(value));
  }

  @Override
  public void println(char[] value) {
    println(String.valueOf(value));
  }

  @Override
  public void println(@Nullable Object value) {
    println(String.valueOf(value));
  }
}
