package io.github.poolmap.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the figures were measured on.
 *
 * @param cores how many processors this JVM may use
 * @param memoryBytes how much memory it may use, 0 if unknown
 * @param processor the processor's model
 * @param system the operating system
 * @param jdk the version of the JDK that the command was started with, and its vendor
 */
public record Machine(int cores, long memoryBytes, String processor, String system, String jdk) {

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** Looks at the machine and the JVM that this runs on. */
  public static Machine here() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        memory(),
        model(),
        property("os.name") + " " + property("os.version") + " (" + property("os.arch") + ")",
        "JDK " + Runtime.version() + " (" + property("java.vendor") + ")");
  }

  private static long memory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean bean
        ? bean.getTotalMemorySize()
        : 0;
  }

  private static String model() {
    if (!Files.isReadable(PROCESSORS)) {
      return "unknown";
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(PROCESSORS);
    } catch (IOException e) {
      return "unknown (" + e.getMessage() + ")";
    }
    return lines.stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
