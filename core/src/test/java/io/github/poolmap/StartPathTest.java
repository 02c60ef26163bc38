package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker loads before its first result decides how long that takes. */
class StartPathTest {

  /** Loaded with the first frame that is not of the handshake. */
  private static final String READY = "io.github.poolmap.internal.worker.TaskLoop ";

  private static final String OWN = "io.github.poolmap.";

  @TempDir private Path folder;

  @Test
  void aFunctionWithoutValuesNeedsNoJavaSerialization() throws IOException {
    List<String> loaded = loadedByAWorker();
    assertThat(loaded.subList(0, indexOf(loaded, OWN + "internal.wire.Progress ")))
        .noneMatch(line -> line.startsWith("java.io.ObjectInputFilter$Config "))
        .noneMatch(line -> line.startsWith("java.lang.System$Logger "));
  }

  @Test
  void aWorkerLoadsLittleBeforeItIsReady() throws IOException {
    List<String> loaded = loadedByAWorker();
    int ready = indexOf(loaded, READY);
    List<String> before = loaded.subList(0, ready);
    List<String> own = before.stream().filter(line -> line.startsWith(OWN)).toList();
    System.out.printf(
        "a worker loads %d classes, %d of them of Poolmap, before it is ready, %d up to its first"
            + " result%n",
        before.size(), own.size(), indexOf(loaded, OWN + "internal.wire.Progress "));
    assertThat(before).hasSizeBetween(100, 1300);
    assertThat(own).hasSizeBetween(5, 40).noneMatch(line -> line.contains("$$Lambda"));
    assertThat(before)
        .noneMatch(line -> line.startsWith("java.lang.ProcessHandleImpl "))
        .noneMatch(line -> line.startsWith("java.util.logging."))
        .noneMatch(line -> line.startsWith("java.util.Formatter "));
  }

  @Test
  void aWorkerHasNoLibrariesOfOthersBeforeTasksUseThem() throws IOException {
    assertThat(loadedByAWorker())
        .noneMatch(line -> line.startsWith("com.google."))
        .noneMatch(line -> line.startsWith("org.slf4j."))
        .noneMatch(line -> line.startsWith("ch.qos."))
        .noneMatch(line -> line.startsWith("org.HdrHistogram."));
  }

  private List<String> loadedByAWorker() throws IOException {
    Path log = folder.resolve("classes");
    try (ProcessPool<Integer, Integer> pool =
        ProcessPool.<Integer, Integer>builder()
            .workers(1)
            .startStrategy(StartStrategy.spawn())
            .jvmArgs("-Xlog:class+load=info:file=" + log + ":none")
            .build()) {
      assertThat(pool.map(x -> x + 1, List.of(1))).containsExactly(2);
    }
    return Files.readAllLines(log);
  }

  private static int indexOf(List<String> loaded, String beginning) {
    for (int i = 0; i < loaded.size(); i++) {
      if (loaded.get(i).startsWith(beginning)) {
        return i;
      }
    }
    throw new AssertionError("not loaded: " + beginning);
  }
}
