package io.github.poolmap.internal.observe;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Does with text what a terminal does, as far as bars need it, and tells what is to be seen. */
final class FakeTerminal extends OutputStream {

  private final ByteArrayOutputStream all = new ByteArrayOutputStream();
  private final Charset charset;

  FakeTerminal(Charset charset) {
    this.charset = charset;
  }

  FakeTerminal() {
    this(StandardCharsets.UTF_8);
  }

  PrintStream stream() {
    return new PrintStream(this, true, charset);
  }

  @Override
  public synchronized void write(int b) {
    all.write(b);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    all.write(bytes, offset, length);
  }

  synchronized String text() {
    return all.toString(charset);
  }

  /** Returns the lines that are to be seen now. */
  List<String> lines() {
    List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    int row = 0;
    int column = 0;
    String text = text();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      StringBuilder line = lines.get(row);
      switch (c) {
        case '\r' -> column = 0;
        case '\n' -> {
          row++;
          column = 0;
          if (row == lines.size()) {
            lines.add(new StringBuilder());
          }
        }
        case '\u001b' -> {
          int end = i + 2;
          while (!Character.isLetter(text.charAt(end))) {
            end++;
          }
          String number = text.substring(i + 2, end);
          switch (text.charAt(end)) {
            case 'A' -> row = Math.max(0, row - Integer.parseInt(number));
            case 'K' -> cut(line, column);
            // Not J: terminals may keep what it erases.
            default -> throw new AssertionError("unknown control: " + text.substring(i, end + 1));
          }
          i = end;
        }
        default -> {
          while (line.length() <= column) {
            line.append(' ');
          }
          line.setCharAt(column, c);
          column++;
        }
      }
    }
    // What is below the cursor and empty is not to be seen.
    while (lines.size() > row + 1 && lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    return lines.stream().map(line -> line.toString().stripTrailing()).toList();
  }

  private static void cut(StringBuilder line, int column) {
    if (line.length() > column) {
      line.setLength(column);
    }
  }
}
