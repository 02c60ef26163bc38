package io.github.poolmap.examples;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * What the figures were measured on.
 *
 * @param cores how many processors this JVM may use
 * @param memoryBytes how much memory it may use, 0 if unknown
 * @param system the operating system
 * @param jdk the version of the JDK and its vendor
 */
public record Machine(int cores, long memoryBytes, String system, String jdk) {

  private static final double GIB = 1L << 30;

  /**
   * Looks at the machine and the JVM that this runs on.
   *
   * @return what they are
   */
  public static Machine here() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        memory(),
        property("os.name") + " " + property("os.version") + " (" + property("os.arch") + ")",
        "JDK " + Runtime.version() + " (" + property("java.vendor") + ")");
  }

  /**
   * Says all of it in English.
   *
   * @return one line
   */
  public String line() {
    return String.format(
        Locale.ROOT,
        "Machine: %,d %s, %s of memory, %s, %s",
        cores,
        cores == 1 ? "core" : "cores",
        memory("unknown amount"),
        system,
        jdk);
  }

  /**
   * Says how much memory there is.
   *
   * @param unknown what to say if that is not known
   * @return the amount as text
   */
  public String memory(String unknown) {
    return memoryBytes == 0 ? unknown : String.format(Locale.ROOT, "%.1f GiB", memoryBytes / GIB);
  }

  private static long memory() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean
        ? bean.getTotalMemorySize()
        : 0;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
