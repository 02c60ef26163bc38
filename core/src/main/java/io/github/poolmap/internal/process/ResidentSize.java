package io.github.poolmap.internal.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much physical memory a process takes: heap, threads, code and what native code has allocated.
 * Read from {@code /proc}, which Linux has; Java knows no other way.
 */
public final class ResidentSize {

  private static final Logger LOG = LoggerFactory.getLogger(ResidentSize.class);

  private static final String FIELD = "VmRSS:";

  private ResidentSize() {}

  /** Tells whether this system lets it be known. */
  public static boolean isKnown() {
    return Files.isReadable(file("self"));
  }

  /** Returns the bytes; 0 if the process is gone. */
  static long of(long pid) {
    try (BufferedReader lines =
        Files.newBufferedReader(file(Long.toString(pid)), StandardCharsets.ISO_8859_1)) {
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.startsWith(FIELD)) {
          // "VmRSS:	   12345 kB", see proc(5).
          String number = line.substring(FIELD.length()).replace("kB", "").strip();
          return Long.parseLong(number) << 10;
        }
      }
    } catch (IOException | NumberFormatException gone) {
      LOG.debug("the size of pid {} cannot be read: {}", pid, gone.toString());
    }
    return 0;
  }

  private static Path file(String pid) {
    return Path.of("/proc", pid, "status");
  }
}
