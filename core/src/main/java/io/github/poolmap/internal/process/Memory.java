package io.github.poolmap.internal.process;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much memory this program and its workers may use: that of the machine, or of a container. */
final class Memory {

  private static final Logger LOG = LoggerFactory.getLogger(Memory.class);

  /** Nobody says how much there is. */
  static final long UNKNOWN = Long.MAX_VALUE;

  private Memory() {}

  /** Returns the number of bytes, {@link #UNKNOWN} if it cannot be found out. */
  static long usable() {
    try {
      // The JVM knows of limits of containers. By reflection, because the module that has this may
      // be missing.
      Object bytes =
          Class.forName("com.sun.management.OperatingSystemMXBean")
              .getMethod("getTotalMemorySize")
              .invoke(ManagementFactory.getOperatingSystemMXBean());
      if (bytes instanceof Long known && known > 0) {
        return known;
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("this JVM does not tell how much memory there is", e);
    }
    return fromFiles(Path.of("/"));
  }

  /** Reads what Linux says, limits of control groups of both versions included. */
  static long fromFiles(Path root) {
    long total = lastNumber(root.resolve("proc/meminfo"), "MemTotal:");
    long least = total == UNKNOWN ? UNKNOWN : total * 1024;
    String group = ownGroup(root.resolve("proc/self/cgroup"));
    for (String file :
        new String[] {
          "sys/fs/cgroup/memory.max",
          "sys/fs/cgroup" + group + "/memory.max",
          "sys/fs/cgroup/memory/memory.limit_in_bytes"
        }) {
      least = Math.min(least, lastNumber(root.resolve(file), ""));
    }
    return least;
  }

  /** Below the root of version 2; empty if there is none. */
  private static String ownGroup(Path file) {
    try {
      for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
        if (line.startsWith("0::/")) {
          return line.length() == 4 ? "" : line.substring(3);
        }
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be read", file, e);
    }
    return "";
  }

  /** The number in the first line with this beginning; "max" stands for none. */
  private static long lastNumber(Path file, String beginning) {
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          String digits = line.replaceAll("\\D", "");
          if (line.startsWith(beginning) && !digits.isEmpty()) {
            return Long.parseLong(digits);
          }
        }
      }
    } catch (IOException | NumberFormatException e) {
      LOG.debug("{} cannot be read", file, e);
    }
    return UNKNOWN;
  }
}
