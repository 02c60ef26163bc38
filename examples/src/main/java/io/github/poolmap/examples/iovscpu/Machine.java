package io.github.poolmap.examples.iovscpu;

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
record Machine(int cores, long memoryBytes, String system, String jdk) {

  private static final double GIB = 1L << 30;

  /** Looks at the machine and the JVM that this runs on. */
  static Machine here() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        memory(),
        property("os.name") + " " + property("os.version") + " (" + property("os.arch") + ")",
        "JDK " + Runtime.version() + " (" + property("java.vendor") + ")");
  }

  /** The amount of memory as text. */
  String memory(String unknown) {
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
