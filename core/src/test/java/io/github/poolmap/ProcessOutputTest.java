package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** What workers print: where it goes, and that it never harms anything. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessOutputTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream outBefore = System.out;
  private final PrintStream errBefore = System.err;

  /** What the program prints is kept here meanwhile. */
  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setOut(outBefore);
    System.setErr(errBefore);
  }

  private List<String> stdout() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private List<String> stderr() {
    return err.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static ProcessPool<Object, Object> pool(int workers, WorkerOutput output) {
    return ProcessPool.builder().workers(workers).output(output).name("printers").build();
  }

  /** Many writes of few bytes to each stream, by two workers at once. */
  private static int chatter(int x) {
    PrintStream[] streams = {
      new PrintStream(new FileOutputStream(FileDescriptor.out)),
      new PrintStream(new FileOutputStream(FileDescriptor.err))
    };
    for (int line = 0; line < 100; line++) {
      for (PrintStream stream : streams) {
        for (int part = 0; part < 5; part++) {
          stream.print("<" + x + ">");
        }
        stream.println();
      }
    }
    streams[0].print("no end " + x);
    return x;
  }

  @Test
  void linesOfDifferentWorkersAndStreamsDoNotMix() {
    // As in a terminal: both streams end in the same place.
    System.setErr(System.out);
    try (Pool<Object, Object> pool = pool(2, WorkerOutput.INHERIT)) {
      pool.with(o -> o.chunkSize(1)).map(x -> chatter(x), PoolUnderTest.range(4));
    }
    assertThat(stdout())
        .allMatch(line -> line.matches("(<(\\d)>)\\1{4}|no end \\d(<(\\d)>){5}|no end \\d"))
        .hasSizeBetween(801, 802);
  }

  @Test
  void inLogsEachLineTellsItsWorkerAndPool() {
    Logger logger = (Logger) LoggerFactory.getLogger("io.github.poolmap.worker");
    ListAppender<ILoggingEvent> appender =
        new ListAppender<>() {
          @Override
          protected void append(ILoggingEvent event) {
            // Otherwise the MDC is that of whoever asks.
            event.prepareForDeferredProcessing();
            super.append(event);
          }
        };
    appender.start();
    logger.addAppender(appender);
    logger.setAdditive(false);
    logger.setLevel(Level.INFO);
    try (Pool<Object, Object> pool = pool(1, WorkerOutput.LOG)) {
      pool.apply(
          () -> {
            System.out.println("to out {}");
            System.err.println("to err");
            return 1;
          });
      await().atMost(SOON).until(() -> appender.list.size() >= 2);
    } finally {
      logger.detachAppender(appender);
      logger.setLevel(null);
      logger.setAdditive(true);
    }
    assertThat(appender.list)
        .extracting(event -> event.getLevel() + " " + event.getFormattedMessage())
        .containsExactlyInAnyOrder("INFO to out {}", "WARN to err");
    assertThat(appender.list)
        .allSatisfy(
            event ->
                assertThat(event.getMDCPropertyMap())
                    .containsEntry("poolmap.worker", "printers-1")
                    .containsEntry("poolmap.pool", "printers")
                    .hasSize(2));
    assertThat(stdout()).isEmpty();
    assertThat(stderr()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(WorkerOutput.class)
  void theLastLinesOfACrashAreKeptInAllCases(WorkerOutput output) {
    try (Logs logs = new Logs();
        Pool<Object, Object> pool = pool(1, output)) {
      WorkerCrashedException crash =
          catchThrowableOfType(
              WorkerCrashedException.class,
              () ->
                  pool.apply(
                      () -> {
                        System.out.println("nothing to see");
                        System.err.println("last words");
                        Runtime.getRuntime().halt(9);
                        return 1;
                      }));
      assertThat(crash.stderrTail()).isEqualTo("last words");
      assertThat(logs.messages(Level.WARN).contains("last words"))
          .isEqualTo(output == WorkerOutput.LOG);
    }
    boolean inherited = output == WorkerOutput.INHERIT;
    assertThat(stdout()).isEqualTo(inherited ? List.of("nothing to see") : List.of());
    assertThat(stderr()).isEqualTo(inherited ? List.of("last words") : List.of());
  }

  @Test
  void writesOfNativeCodeAndOfChildrenAreHarmless() throws Exception {
    try (Pool<Object, Object> pool = pool(1, WorkerOutput.INHERIT)) {
      List<Integer> results =
          pool.map(
              x -> {
                new FileOutputStream(FileDescriptor.out).write(new byte[] {'P', 'M', 'A', 'P', 1});
                Process child =
                    new ProcessBuilder("sh", "-c", "echo; echo out " + x + " >&1; echo err >&2")
                        .inheritIO()
                        .start();
                return child.waitFor() + x;
              },
              PoolUnderTest.range(20));
      assertThat(results).isEqualTo(PoolUnderTest.range(20));
    }
    assertThat(stdout()).contains("out 0", "out 19").hasSize(40);
    assertThat(stderr()).hasSize(20).containsOnly("err");
  }

  /** What a task prints afterwards is lost, and nothing else. */
  @Test
  void aWorkerMayCloseItsStreams() {
    try (Pool<Object, Object> pool = pool(1, WorkerOutput.INHERIT)) {
      int result =
          pool.apply(
              () -> {
                System.out.close();
                System.err.close();
                System.out.println("lost");
                return 7;
              });
      assertThat(result).isEqualTo(7);
      assertThat(pool.<Integer>apply(() -> 8)).isEqualTo(8);
    }
  }

  /** 100 MB of lines and 100 MB without any, in a program with a heap of 64 MB. */
  @ParameterizedTest
  @CsvSource({"INHERIT, seen 100 and 100 MiB", "DISCARD, seen 0 and 0 MiB"})
  void aFloodNeitherBlocksNorTakesMemory(String output, String said) throws Exception {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                FloodProgram.class.getName(),
                output)
            .redirectErrorStream(true)
            .start();
    try {
      String seen = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(seen.strip()).isEqualTo(said);
      assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(program.exitValue()).isZero();
    } finally {
      program.descendants().forEach(ProcessHandle::destroyForcibly);
      program.destroyForcibly().waitFor();
    }
  }
}
