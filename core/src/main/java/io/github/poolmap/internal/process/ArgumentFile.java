package io.github.poolmap.internal.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the file from which a JVM reads its arguments: a class path may be longer than a command.
 */
final class ArgumentFile {

  private ArgumentFile() {}

  static void write(Path file, List<String> arguments) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String argument : arguments) {
      text.append(quote(argument)).append('\n');
    }
    // The launcher reads it as it reads its command line.
    Charset charset = Charset.forName(System.getProperty("native.encoding", "UTF-8"));
    Files.write(file, text.toString().getBytes(charset));
  }

  /** Quotes as the launcher wants it: in quotes a backslash escapes the next character. */
  static String quote(String argument) {
    return '"'
        + argument
            .replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
            .replace("\t", "\\t")
        + '"';
  }
}
