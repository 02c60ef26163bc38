package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pools that are opened and closed over and over leave nothing behind. */
class OpenCloseCyclesTest {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** The JVM opens some of its own at times. */
  private static final long MARGIN = 8;

  /** What this program holds. */
  private record Level(long processes, long threads, long folders, long descriptors) {

    static Level now() throws IOException {
      return new Level(
          ProcessHandle.current().descendants().count(),
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("poolmap-"))
              .count(),
          count(Path.of(System.getProperty("java.io.tmpdir"))),
          Files.isDirectory(DESCRIPTORS) ? count(DESCRIPTORS) : 0);
    }

    private static long count(Path folder) throws IOException {
      try (Stream<Path> all = Files.list(folder)) {
        return all.count();
      }
    }
  }

  private static void cycle(StartStrategy strategy) {
    try (Pool<Object, Object> pool =
        ProcessPool.<Object, Object>builder()
            .workers(2)
            .startStrategy(strategy)
            .jvmArgs("-XX:TieredStopAtLevel=1")
            .build()) {
      assertThat(pool.with(o -> o.chunkSize(2)).map(x -> x + 1, PoolUnderTest.range(4)))
          .containsExactly(1, 2, 3, 4);
    }
  }

  private static void cycles(int count, StartStrategy strategy) throws IOException {
    // What is loaded at first stays.
    cycle(strategy);
    Pools.releaseWarm();
    System.gc();
    Level before = Level.now();
    for (int i = 0; i < count; i++) {
      cycle(strategy);
    }
    Pools.releaseWarm();
    System.gc();
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              Level after = Level.now();
              assertThat(after.processes()).isEqualTo(before.processes());
              assertThat(after.threads()).isLessThanOrEqualTo(before.threads());
              assertThat(after.folders()).isEqualTo(before.folders());
              assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors() + MARGIN);
            });
  }

  @Test
  void fiveHundredCyclesOfReuseLeaveNothingBehind() throws IOException {
    cycles(500, StartStrategy.reuse());
  }

  @Test
  void aHundredCyclesOfSpawnLeaveNothingBehind() throws IOException {
    cycles(100, StartStrategy.spawn());
  }
}
