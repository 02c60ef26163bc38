package io.github.poolmap.internal.observe;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terminal behind standard error, if there is one.
 *
 * <p>{@link System#console()} tells of another thing: whether both standard input and output are
 * terminals. Bars are for a program, too, that reads a file and writes another one.
 */
final class Terminal {

  private static final Logger LOG = LoggerFactory.getLogger(Terminal.class);

  static final int STDOUT = 1;
  static final int STDERR = 2;

  private static final boolean WINDOWS =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  private static final int DEFAULT_COLUMNS = 80;
  private static final int DEFAULT_ROWS = 24;

  /** Narrower or lower ones do not know their size. */
  private static final int LEAST = 10;

  private static final long ANSWER_MILLIS = 1_000;

  private Terminal() {}

  /**
   * How large it is.
   *
   * @param columns characters in a line
   * @param rows lines
   */
  record Size(int columns, int rows) {}

  /** Returns the screen; null if there is none on which bars can be drawn. */
  static @Nullable Screen screen() {
    if (!understandsControls() || !isTerminal(STDERR)) {
      return null;
    }
    Charset charset = charset();
    // By itself: what the program puts in place of System.err is not where bars belong.
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.err), false, charset);
    return new Screen(out, charset, Terminal::size, isTerminal(STDOUT));
  }

  private static boolean understandsControls() {
    String term = System.getenv("TERM");
    if (term == null || term.isEmpty()) {
      return WINDOWS && System.getenv("WT_SESSION") != null;
    }
    return !term.equals("dumb");
  }

  private static boolean isTerminal(int descriptor) {
    if (WINDOWS) {
      return isConsole();
    }
    try {
      String file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return file.startsWith("/dev/pts/")
          || file.startsWith("/dev/tty")
          || file.equals("/dev/console");
    } catch (IOException | RuntimeException e) {
      // Not Linux.
      return ask("test -t " + descriptor, descriptor == STDOUT) != null;
    }
  }

  private static boolean isConsole() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From JDK 22 on there may be one that is no terminal.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** Asks anew each time: its user may have changed it. */
  private static Size size() {
    String answer = WINDOWS ? null : ask("stty size <&2 2>/dev/null", false);
    if (answer != null) {
      String[] parts = answer.trim().split(" ");
      if (parts.length == 2) {
        return new Size(number(parts[1], DEFAULT_COLUMNS), number(parts[0], DEFAULT_ROWS));
      }
    }
    return new Size(number(System.getenv("COLUMNS"), DEFAULT_COLUMNS), DEFAULT_ROWS);
  }

  private static int number(@Nullable String text, int otherwise) {
    if (text == null || !text.matches("\\d{1,5}")) {
      return otherwise;
    }
    int number = Integer.parseInt(text);
    return number < LEAST ? otherwise : number;
  }

  /** Has a shell look at the program's own streams; null if it says no, or nothing at all. */
  private static @Nullable String ask(String command, boolean ofStdout) {
    Process shell = null;
    try {
      ProcessBuilder builder =
          new ProcessBuilder(List.of("sh", "-c", command)).redirectError(Redirect.INHERIT);
      if (ofStdout) {
        builder.redirectOutput(Redirect.INHERIT);
      }
      shell = builder.start();
      shell.getOutputStream().close();
      if (!shell.waitFor(ANSWER_MILLIS, TimeUnit.MILLISECONDS) || shell.exitValue() != 0) {
        return null;
      }
      return new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      LOG.debug("no answer from: {}", command, e);
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      if (shell != null) {
        shell.destroyForcibly();
      }
    }
  }

  /** In which standard error is written. */
  private static Charset charset() {
    for (String property : List.of("stderr.encoding", "sun.stderr.encoding", "native.encoding")) {
      String name = System.getProperty(property);
      if (name != null && Charset.isSupported(name)) {
        return Charset.forName(name);
      }
    }
    return Charset.defaultCharset();
  }
}
