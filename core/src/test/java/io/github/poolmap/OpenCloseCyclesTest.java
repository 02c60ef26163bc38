package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools that are opened and closed over and over leave nothing behind. */
class OpenCloseCyclesTest {

  @TempDir Path meetings;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** Each boots two JVMs. */
  private static final int SPAWN_CYCLES = Boolean.getBoolean("poolmap.long") ? 100 : 20;

  /** The JVM opens some of its own at times. */
  private static final long MARGIN = 8;

  /** Those of each kind that the JVM may start meanwhile, to compile or to collect. */
  private static final long THREAD_MARGIN = 4;

  /** What this program holds. */
  private record Level(long processes, Map<String, Long> threads, long folders, long descriptors) {

    static Level now() throws IOException {
      return new Level(
          ProcessHandle.current().descendants().count(),
          threadsNow(),
          count(Path.of(System.getProperty("java.io.tmpdir"))),
          Files.isDirectory(DESCRIPTORS) ? count(DESCRIPTORS) : 0);
    }

    /** How many there are of each kind, whoever made them: names without their numbers. */
    private static Map<String, Long> threadsNow() {
      return Thread.getAllStackTraces().keySet().stream()
          .collect(
              Collectors.groupingBy(
                  thread -> thread.getName().replaceAll("\\d+", "#"), Collectors.counting()));
    }

    private static long count(Path folder) throws IOException {
      try (Stream<Path> all = Files.list(folder)) {
        return all.count();
      }
    }
  }

  /** Both workers take part: each of the two items waits for the other. */
  private static void cycle(StartStrategy strategy, Path meeting) {
    String folder = meeting.toString();
    try (Pool<Object, Object> pool =
        ProcessPool.<Object, Object>builder()
            .workers(2)
            .startStrategy(strategy)
            .jvmArgs("-XX:TieredStopAtLevel=1")
            .build()) {
      Set<Object> pids =
          Set.copyOf(pool.with(o -> o.chunkSize(1)).map(x -> meet(folder, x), List.of(0, 1)));
      assertThat(pids).hasSize(2);
    }
  }

  /** Comes to the meeting, waits for the other one, and returns who came. */
  private static Object meet(String folder, Object item) throws Exception {
    Files.createFile(Path.of(folder, item.toString()));
    Path other = Path.of(folder, item.equals(0) ? "1" : "0");
    while (!Files.exists(other)) {
      Thread.sleep(1);
    }
    return ProcessHandle.current().pid();
  }

  private void cycles(int count, StartStrategy strategy) throws IOException {
    // What is loaded at first stays.
    cycle(strategy, Files.createDirectory(meetings.resolve("first")));
    Pools.releaseWarm();
    System.gc();
    Level before = Level.now();
    for (int i = 0; i < count; i++) {
      cycle(strategy, Files.createDirectory(meetings.resolve("" + i)));
    }
    Pools.releaseWarm();
    System.gc();
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              Level after = Level.now();
              assertThat(after.processes()).isEqualTo(before.processes());
              after
                  .threads()
                  .forEach(
                      (name, threads) ->
                          assertThat(threads)
                              .as("threads called %s", name)
                              .isLessThanOrEqualTo(
                                  before.threads().getOrDefault(name, 0L)
                                      + (name.startsWith("poolmap-") ? 0 : THREAD_MARGIN)));
              assertThat(after.folders()).isEqualTo(before.folders());
              assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors() + MARGIN);
            });
  }

  @Test
  void fiveHundredCyclesOfReuseLeaveNothingBehind() throws IOException {
    cycles(500, StartStrategy.reuse());
  }

  @Test
  void cyclesOfSpawnLeaveNothingBehind() throws IOException {
    cycles(SPAWN_CYCLES, StartStrategy.spawn());
  }
}
