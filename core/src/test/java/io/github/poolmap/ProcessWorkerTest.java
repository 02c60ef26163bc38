package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What tasks find in a worker JVM, and what a worker leaves behind. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessWorkerTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private static ProcessPool.Builder<Object, Object> workers(int count) {
    return ProcessPool.builder().workers(count);
  }

  /** Nothing of it is there after its end. */
  private static ProcessPool.Builder<Object, Object> spawned() {
    return workers(1).startStrategy(StartStrategy.spawn());
  }

  /** What other tests have left is not what these are about. */
  @BeforeEach
  void releaseWarm() {
    Pools.releaseWarm();
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  // ---- what tasks find

  @Test
  void optionsOfTheBuilderReachTheWorker(@TempDir Path directory) throws IOException {
    try (Pool<Object, Object> pool =
        workers(1)
            .jvmArgs("-Dcolour=dark \"blue\"", "-ea")
            .maxHeap(48L << 20)
            .environment(Map.of("POOLMAP_TEST", "of the test"))
            .workingDirectory(directory)
            .build()) {
      assertThat(pool.apply(() -> System.getProperty("colour"))).isEqualTo("dark \"blue\"");
      assertThat(pool.apply(() -> System.getenv("POOLMAP_TEST"))).isEqualTo("of the test");
      long heap = pool.apply(() -> Runtime.getRuntime().maxMemory());
      assertThat(heap).isBetween(32L << 20, 48L << 20);
      String where = pool.apply(() -> System.getProperty("user.dir"));
      assertThat(Path.of(where).toRealPath()).isEqualTo(directory.toRealPath());
    }
  }

  @Test
  void theWorkerIsAJvmOfItsOwnWithStaticsOfItsOwn() {
    COUNTER.set(100);
    try (Pool<Object, Object> pool = workers(1).build()) {
      List<Integer> counted = pool.map(x -> COUNTER.incrementAndGet(), PoolUnderTest.range(3));
      assertThat(counted).containsExactly(1, 2, 3);
      assertThat(pool.apply(() -> pid())).isNotEqualTo(pid());
    }
    assertThat(COUNTER.get()).isEqualTo(100);
  }

  @Test
  void aPoolHasNoMoreJvmsThanWorkers(@TempDir Path directory) {
    Journal seen = new Journal(directory.resolve("seen"));
    try (Pool<Object, Object> pool = spawned().workers(2).build()) {
      assertThat(ProcessHandle.current().children()).isEmpty();
      Set<Long> pids =
          new HashSet<>(
              pool.with(o -> o.chunkSize(1))
                  .map(
                      x -> {
                        seen.add(pid());
                        while (new HashSet<>(seen.lines()).size() < 2) {
                          Thread.sleep(2);
                        }
                        return pid();
                      },
                      PoolUnderTest.range(60)));
      assertThat(pids).hasSize(2);
      assertThat(ProcessHandle.current().children().map(ProcessHandle::pid))
          .containsExactlyInAnyOrderElementsOf(pids);
    }
    assertThat(ProcessHandle.current().children()).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void poolAndSlotShowInTheCommandLine() {
    try (Pool<Object, Object> pool = workers(1).name("poolmap-ducks").build()) {
      String command =
          pool.apply(() -> ProcessHandle.current().info().commandLine().orElse("unknown"));
      assertThat(command).contains("WorkerMain", "poolmap-ducks-1");
      assertThat(pool.apply(() -> Thread.currentThread().getName())).isEqualTo("poolmap-ducks-1");
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void ctrlCIsLeftToTheParent() throws Exception {
    try (Pool<Object, Object> pool = workers(1).build()) {
      long worker = pool.apply(() -> pid());
      // What the terminal sends to every process of its group.
      Process kill = new ProcessBuilder("kill", "-INT", Long.toString(worker)).start();
      assertThat(kill.waitFor()).isZero();
      long after = pool.apply(() -> pid());
      assertThat(after).isEqualTo(worker);
    }
  }

  @Test
  void standardInputIsEmpty() {
    try (Pool<Object, Object> pool = workers(1).build()) {
      assertThat(pool.apply(() -> System.in.read())).isEqualTo(-1);
    }
  }

  @Test
  void everyTaskFindsTheClassLoaderOfTheApplication() {
    try (Pool<Object, Object> pool = workers(1).build()) {
      List<Boolean> same =
          pool.map(
              x -> {
                ClassLoader mine = Thread.currentThread().getContextClassLoader();
                Thread.currentThread().setContextClassLoader(null);
                return mine.getParent() == ClassLoader.getSystemClassLoader();
              },
              PoolUnderTest.range(5));
      assertThat(same).containsOnly(true);
    }
  }

  @Test
  void aWorkerLoadsNeitherGuavaNorLogging() {
    PrintStream before = System.out;
    Lines lines = new Lines();
    System.setOut(lines.stream());
    try (Pool<Object, Object> pool = workers(1).jvmArgs("-verbose:class").build()) {
      pool.map(x -> x, PoolUnderTest.range(1000));
    } finally {
      System.setOut(before);
    }
    assertThat(lines.seen())
        .anyMatch(line -> line.contains("internal.worker.TaskLoop"))
        .noneMatch(line -> line.contains("com.google.common") || line.contains("org.slf4j"));
  }

  // ---- nesting

  /** As many pools inside each other as there are levels; gives the depth reached. */
  private static int nested(int levels) {
    if (levels == 0) {
      return 0;
    }
    String temp = System.getProperty("java.io.tmpdir");
    try (Pool<Object, Object> inner = workers(1).jvmArgs("-Djava.io.tmpdir=" + temp).build()) {
      return 1 + inner.apply(() -> nested(levels - 1));
    }
  }

  @Test
  void nestedPoolsAreAllowedToDepthTwo() {
    assertThat(nested(2)).isEqualTo(2);
  }

  @Test
  void nestedPoolsAreNoForkBomb() {
    TaskException failure = catchThrowableOfType(TaskException.class, () -> nested(3));
    assertThat(failure).hasRootCauseInstanceOf(NestedPoolException.class);
    assertThat(failure).rootCause().hasMessageContainingAll("depth 2", "depth 1");
  }

  // ---- output

  /** What is written, and that it comes in whole lines. */
  private static final class Lines {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PrintStream stream() {
      return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    List<String> seen() {
      return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void whatTasksPrintArrivesInWholeLinesAndDoesNotDisturbTheProtocol() {
    PrintStream out = System.out;
    PrintStream err = System.err;
    Lines toOut = new Lines();
    Lines toErr = new Lines();
    System.setOut(toOut.stream());
    System.setErr(toErr.stream());
    List<Integer> results;
    // What the library logs would appear among what is printed.
    try (Logs logs = new Logs();
        Pool<Object, Object> pool = workers(2).build()) {
      assertThat(logs.messages(Level.ERROR)).isEmpty();
      results =
          pool.with(o -> o.chunkSize(1))
              .map(
                  x -> {
                    System.out.print("out ");
                    System.err.println("err " + x);
                    System.out.println(x);
                    // Past System.out, as native code does it.
                    new FileOutputStream(FileDescriptor.out)
                        .write("PMAP\1\0\0\n".getBytes(StandardCharsets.US_ASCII));
                    return x;
                  },
                  PoolUnderTest.range(50));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    assertThat(results).isEqualTo(PoolUnderTest.range(50));
    assertThat(toErr.seen())
        .containsExactlyInAnyOrderElementsOf(
            PoolUnderTest.range(50).stream().map(x -> "err " + x).toList());
    List<String> expected = new ArrayList<>(Collections.nCopies(50, "PMAP\1\0\0"));
    PoolUnderTest.range(50).forEach(x -> expected.add("out " + x));
    assertThat(toOut.seen()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void tenMegabytesOfOutputDoNotBlockATask() {
    PrintStream out = System.out;
    PrintStream err = System.err;
    Lines lines = new Lines();
    System.setOut(lines.stream());
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false));
    try (Pool<Object, Object> pool = workers(1).build()) {
      String text = "0123456789".repeat(10);
      int written =
          pool.apply(
              () -> {
                for (int i = 0; i < 100_000; i++) {
                  System.out.println(text);
                  System.err.println(text);
                }
                return 100_000;
              });
      assertThat(written).isEqualTo(100_000);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    assertThat(lines.seen()).hasSize(100_000).containsOnly("0123456789".repeat(10));
  }

  // ---- what it leaves behind

  private static List<Path> folders() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(path -> path.getFileName().toString().startsWith("poolmap-")).toList();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nobodyElseMayConnect() throws IOException {
    try (Pool<Object, Object> pool = spawned().build()) {
      pool.apply(() -> 1);
      assertThat(folders())
          .singleElement()
          .satisfies(
              folder -> {
                assertThat(Files.getPosixFilePermissions(folder))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
                assertThat(folder.resolve("token")).doesNotExist();
                assertThat(folder.resolve("s")).doesNotExist();
              });
    }
    assertThat(folders()).isEmpty();
  }

  @Test
  void theTokenIsNotOnTheCommandLine() throws IOException {
    try (Pool<Object, Object> pool = workers(1).build()) {
      List<String> arguments =
          pool.apply(
              () -> List.of(ProcessHandle.current().info().arguments().orElse(new String[0])));
      assertThat(arguments).hasSizeLessThanOrEqualTo(5).noneMatch(a -> a.matches("[0-9a-f]{32,}"));
    }
  }

  @Test
  void anIdleWorkerEndsAfterTheIdleTimeout() {
    try (Pool<Object, Object> pool = workers(1).idleTimeout(Duration.ofMillis(300)).build()) {
      long first = pool.apply(() -> pid());
      await().atMost(SOON).until(() -> ProcessHandle.of(first).isEmpty());
      await().atMost(SOON).until(() -> folders().isEmpty());
      assertThat(pool.apply(() -> pid())).isNotEqualTo(first);
    }
  }

  @Test
  void closeRunsTheShutdownHooksOfTheWorker(@TempDir Path folder) {
    Journal hooks = new Journal(folder.resolve("hooks"));
    try (Pool<Object, Object> pool = spawned().build()) {
      pool.apply(
          () -> {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> hooks.add("ran")));
            return 1;
          });
    }
    assertThat(hooks.lines()).containsExactly("ran");
  }

  @Test
  void aShutdownHookOrThreadThatHangsDoesNotHangClose() throws InterruptedException {
    Pool<Object, Object> pool = workers(1).build();
    long pid =
        pool.apply(
            () -> {
              Runnable hang =
                  () -> {
                    while (true) {
                      Thread.onSpinWait();
                    }
                  };
              new Thread(hang).start();
              Runtime.getRuntime().addShutdownHook(new Thread(hang));
              return pid();
            });
    Caller.doing(pool::close).result(SOON);
    assertThat(ProcessHandle.of(pid)).isEmpty();
  }
}
