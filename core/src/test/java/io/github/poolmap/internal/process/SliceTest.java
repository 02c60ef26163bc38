package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.poolmap.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of the size of workers. */
class SliceTest {

  private static final long GIB = 1L << 30;

  private static Slice slice(String... options) {
    return Slice.of(List.of(options), 8 * GIB, 4);
  }

  @ParameterizedTest
  @CsvSource({
    "-Xmx64m, 67108864",
    "-Xmx1G, 1073741824",
    "-Xmx2048k, 2097152",
    "-Xmx1048576, 1048576",
    "-XX:MaxHeapSize=2g, 2147483648",
    "-XX:MaxRAMPercentage=37.500, 3221225472",
    "-XX:MaxRAMPercentage=50 -Xmx64m, 67108864",
    "-Xmx64m -XX:MaxRAMPercentage=50, 67108864",
    "-Xmx64m -Xmx32m, 33554432",
    "-Xmxnonsense, 2147483648"
  })
  void theHeapIsWhatTheJvmMakesOfTheOptions(String options, long bytes) {
    assertThat(slice(options.split(" ")).heapBytes()).isEqualTo(bytes);
  }

  @Test
  void theDefaultsOfThePoolAreAShare() {
    int cores = Runtime.getRuntime().availableProcessors();
    List<String> options = WorkerOptions.options(10 * cores, 0, List.of());
    Slice slice = Slice.of(options, 8 * GIB, cores);
    assertThat(slice.heapBytes())
        .isBetween(8 * GIB * 74 / 1000 / cores, 8 * GIB * 76 / 1000 / cores);
    assertThat(slice.cores()).isEqualTo(1);
    assertThat(slice.collector()).isEqualTo("Serial");
    assertThat(slice.describe(8 * GIB)).contains("a share of 8,192 MiB, 1 core and the Serial");
  }

  @Test
  void whatTheUserAddsWins() {
    List<String> options =
        WorkerOptions.options(
            1, 64 << 20, List.of("-Xmx1g", "-XX:+UseZGC", "-XX:ActiveProcessorCount=3"));
    assertThat(Slice.of(options, 8 * GIB, 4).describe(8 * GIB))
        .isEqualTo("a heap of at most 1,024 MiB, 3 cores and the Z collector");
  }

  @Test
  void aMemoryOfUnknownSizeIsSaid() {
    Slice slice = Slice.of(List.of("-XX:MaxRAMPercentage=50"), Memory.UNKNOWN, 4);
    assertThat(slice.heapBytes()).isEqualTo(Memory.UNKNOWN);
    assertThat(slice.describe(Memory.UNKNOWN)).contains("unknown size");
  }

  @Test
  void oneWarningSaysThatAllHeapsTogetherExceedTheMemory() {
    try (Logs logs = new Logs()) {
      LiveHeaps heaps = new LiveHeaps();
      heaps.add("a", 5 * GIB, 8 * GIB);
      heaps.remove("a");
      heaps.add("b", 5 * GIB, 8 * GIB);
      heaps.add("c", Memory.UNKNOWN, 8 * GIB);
      heaps.add("d", 5 * GIB, Memory.UNKNOWN);
      heaps.add("e", 3 * GIB, 8 * GIB);
      assertThat(logs.messages(Level.WARN)).isEmpty();
      heaps.add("f", 1 << 20, 8 * GIB);
      heaps.add("g", 1 << 20, 8 * GIB);
      assertThat(logs.messages(Level.WARN))
          .singleElement()
          .asString()
          .contains("3 live workers may grow to 8,193 MiB together", "8,192 MiB that this program");
    }
  }

  // ---- the memory

  @Test
  void theJvmSaysHowMuchMemoryThereIs() {
    assertThat(Memory.usable()).isBetween(Runtime.getRuntime().maxMemory() / 2, 1L << 50);
  }

  private static void write(Path root, String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @ParameterizedTest
  @CsvSource({
    "sys/fs/cgroup/memory.max, 1048576, 1048576",
    "sys/fs/cgroup/memory.max, max, 4294967296",
    "sys/fs/cgroup/memory.max, 9999999999999, 4294967296",
    "sys/fs/cgroup/my/group/memory.max, 2097152, 2097152",
    "sys/fs/cgroup/memory/memory.limit_in_bytes, 3145728, 3145728",
    "sys/fs/cgroup/memory/memory.limit_in_bytes, 9223372036854771712, 4294967296",
    "sys/fs/cgroup/memory.max, nonsense, 4294967296"
  })
  void withoutItTheLeastOfTheLimitsCounts(String file, String text, long bytes, @TempDir Path root)
      throws IOException {
    write(root, "proc/meminfo", "MemTotal:        4194304 kB\nMemFree:  1 kB\n");
    write(root, "proc/self/cgroup", "0::/my/group\n");
    write(root, file, text + "\n");
    assertThat(Memory.fromFiles(root)).isEqualTo(bytes);
  }

  @Test
  void aSystemWithoutSuchFilesDoesNotSay(@TempDir Path root) {
    assertThat(Memory.fromFiles(root)).isEqualTo(Memory.UNKNOWN);
  }
}
