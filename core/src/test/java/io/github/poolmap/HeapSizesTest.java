package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** N JVMs that each size themselves for the whole host: they do not, and it is said. */
@Timeout(60)
class HeapSizesTest {

  /** A program of its own, because these lines come once in each. */
  static final class Program {

    private Program() {}

    public static void main(String[] args) {
      ((Logger) LoggerFactory.getLogger("io.github.poolmap")).setLevel(Level.INFO);
      long large = Long.parseLong(args[0]);
      for (int round = 0; round < 2; round++) {
        try (Pool<Object, Object> one = pool(large);
            Pool<Object, Object> other = pool(large)) {
          one.map(x -> x, List.of(1));
          other.map(x -> x, List.of(1));
        }
      }
    }

    private static Pool<Object, Object> pool(long maxHeap) {
      return ProcessPool.builder().workers(1).maxHeap(maxHeap).build();
    }
  }

  @Test
  void sizesAreSaidOnceAndSoIsThatTheyAreTooLarge() throws Exception {
    // Two of them exceed it; neither is ever filled.
    long memory = 3 * (memoryOfThisJvm() / 5);
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                Long.toString(memory))
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(program.waitFor()).as(said).isZero();
      assertThat(said.lines().filter(line -> line.contains("INFO")))
          .singleElement()
          .asString()
          .contains("poolmap-processes: up to 1 worker, each with a heap of at most ", "maxHeap");
      assertThat(said.lines().filter(line -> line.contains("WARN")))
          .singleElement()
          .asString()
          .contains("the heaps of 2 live workers may grow to ");
    } finally {
      program.descendants().forEach(ProcessHandle::destroyForcibly);
      program.destroyForcibly().waitFor();
    }
  }

  private static long memoryOfThisJvm() throws ReflectiveOperationException {
    return (Long)
        Class.forName("com.sun.management.OperatingSystemMXBean")
            .getMethod("getTotalMemorySize")
            .invoke(ManagementFactory.getOperatingSystemMXBean());
  }
}
