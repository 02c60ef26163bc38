package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that do not come up: an error that says why, and nobody waits for ever. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessStartTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path home;

  private Journal starts;
  private Logs logs;

  @BeforeEach
  void prepare() {
    starts = new Journal(home.resolve("starts"));
    logs = new Logs();
  }

  @AfterEach
  void release() {
    logs.close();
  }

  /** Makes a JDK whose java is a script that notes its start and goes on like this. */
  private ProcessPool.Builder<Object, Object> scriptedJava(String... lines) throws IOException {
    Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
    String noted = "echo $$ >> '" + home.resolve("starts") + "'";
    Files.writeString(java, "#!/bin/sh\n" + noted + "\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    return ProcessPool.builder().workers(2).javaHome(home);
  }

  private static WorkerStartException startFailure(Pool<Object, Object> pool) {
    return catchThrowableOfType(
        WorkerStartException.class, () -> pool.map(x -> x, PoolUnderTest.range(100)));
  }

  @Test
  void aChildThatDiesBeforeItConnectsFailsTheCallAndThePool() throws Exception {
    try (Pool<Object, Object> pool = scriptedJava("echo 'no such option' >&2", "exit 7").build()) {
      Caller<Object> first = Caller.of(() -> pool.map(x -> x, PoolUnderTest.range(100)));
      Caller<Object> second = Caller.of(() -> pool.apply(() -> 1));
      WorkerStartException failure = (WorkerStartException) first.failure(SOON);
      assertThat(second.failure(SOON)).isInstanceOf(WorkerStartException.class);
      assertThat(failure.stderrTail()).contains("no such option");
      assertThat(failure.command())
          .contains(home.resolve("bin").resolve("java").toString())
          .contains("WorkerMain");
      assertThat(failure).hasMessageContainingAll("status 7", "no such option", failure.command());
      assertThat(starts.lines()).hasSizeBetween(1, 6);

      int startsSoFar = starts.lines().size();
      assertThat(startFailure(pool).stderrTail()).contains("no such option");
      // The start of the other worker may have been under way.
      await().during(Duration.ofMillis(200)).until(() -> starts.lines().size() <= startsSoFar + 1);
    }
  }

  @Test
  void aChildThatStaysSilentIsGivenUpAfterTheStartTimeout() throws Exception {
    try (Pool<Object, Object> pool =
        scriptedJava("echo 'thinking' >&2", "exec sleep 300")
            .workers(1)
            .startTimeout(Duration.ofMillis(500))
            .build()) {
      Caller<Object> caller = Caller.of(() -> pool.apply(() -> 1));
      WorkerStartException failure = (WorkerStartException) caller.failure(SOON);
      assertThat(failure).hasMessageContaining("not ready within PT0.5S");
      assertThat(failure.stderrTail()).contains("thinking");
    }
    assertThat(starts.lines())
        .hasSizeBetween(1, 5)
        .allMatch(pid -> ProcessHandle.of(Long.parseLong(pid)).isEmpty());
  }

  @Test
  void terminateEndsABootUnderWay() throws Exception {
    Pool<Object, Object> pool = scriptedJava("exec sleep 300").build();
    Caller<Object> caller = Caller.of(() -> pool.map(x -> x, PoolUnderTest.range(100)));
    starts.awaitSize(2);
    long start = System.nanoTime();
    pool.terminate();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
    await()
        .atMost(SOON)
        .until(
            () ->
                starts.lines().stream()
                    .allMatch(pid -> ProcessHandle.of(Long.parseLong(pid)).isEmpty()));
  }

  @Test
  void anInterruptReachesACallerThatWaitsForABoot() throws Exception {
    Pool<Object, Object> pool = scriptedJava("exec sleep 300").build();
    Caller<Object> caller = Caller.of(() -> pool.map(x -> x, PoolUnderTest.range(100)));
    starts.awaitSize(1);
    caller.interrupt();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    Caller<Void> closer = Caller.doing(pool::close);
    closer.result(SOON);
  }

  @Test
  void aBadOptionFailsWithWhatTheJvmSays() {
    try (Pool<Object, Object> pool =
        ProcessPool.builder().workers(1).jvmArgs("-XX:+NoSuchOptionAtAll").build()) {
      WorkerStartException failure = startFailure(pool);
      assertThat(failure.stderrTail()).contains("NoSuchOptionAtAll");
      assertThat(failure).hasMessageContaining("Unrecognized VM option 'NoSuchOptionAtAll'");
      assertThat(failure.command()).contains("-XX:+NoSuchOptionAtAll", "-cp");
    }
  }

  @Test
  void aBootKilledFromOutsideIsTriedAgain() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    try (Pool<Object, Object> pool =
        scriptedJava(
                "if [ $(wc -l < '" + home.resolve("starts") + "') -le 4 ]; then kill -9 $$; fi",
                "exec '" + java + "' \"$@\"")
            .workers(1)
            .build()) {
      assertThat(pool.apply(() -> "made it")).isEqualTo("made it");
      assertThat(starts.lines()).hasSize(5);
    }
  }

  @Test
  void aStrategyThatThrowsFailsThePoolAfterAFewTries() {
    AtomicInteger tries = new AtomicInteger();
    StartStrategy broken =
        new StartStrategy() {
          @Override
          public WorkerProcess start(WorkerSpec spec) {
            tries.incrementAndGet();
            throw new IllegalStateException("no more machines");
          }

          @Override
          public void release(WorkerProcess worker) {
            throw new AssertionError("there is none");
          }
        };
    try (Pool<Object, Object> pool =
        ProcessPool.builder().workers(2).startStrategy(broken).build()) {
      WorkerStartException failure = startFailure(pool);
      assertThat(failure).hasMessageContaining("no more machines");
      assertThat(tries.get()).isBetween(1, 6);
    }
  }

  @Test
  void aStrategyMayWrapThatOfTheLibrary() {
    AtomicInteger started = new AtomicInteger();
    AtomicInteger released = new AtomicInteger();
    StartStrategy counting =
        new StartStrategy() {
          @Override
          public WorkerProcess start(WorkerSpec spec) {
            assertThat(spec.command().get(0)).endsWith("java");
            WorkerProcess worker = StartStrategy.spawn().start(spec);
            started.incrementAndGet();
            assertThat(worker.isAlive()).isTrue();
            assertThat(ProcessHandle.of(worker.pid())).isPresent();
            return worker;
          }

          @Override
          public void release(WorkerProcess worker) {
            released.incrementAndGet();
            StartStrategy.spawn().release(worker);
            assertThat(worker.isAlive()).isFalse();
          }
        };
    try (Pool<Object, Object> pool =
        ProcessPool.builder().workers(2).startStrategy(counting).build()) {
      pool.map(x -> x, PoolUnderTest.range(100));
      assertThatExceptionOfType(WorkerCrashedException.class)
          .isThrownBy(
              () ->
                  pool.apply(
                      () -> {
                        Runtime.getRuntime().halt(1);
                        return 1;
                      }));
      pool.map(x -> x, PoolUnderTest.range(100));
    }
    assertThat(started.get()).isBetween(2, 4);
    assertThat(released.get()).isEqualTo(started.get());
  }

  /** Runs with properties of the system that are others meanwhile; null removes one. */
  private static void withProperties(Map<String, String> properties, ThrowingCallable action)
      throws Throwable {
    Map<String, String> before = new HashMap<>();
    properties.keySet().forEach(key -> before.put(key, System.getProperty(key)));
    System.getProperties().putAll(properties);
    try {
      action.call();
    } finally {
      before.forEach(
          (key, value) -> {
            if (value == null) {
              System.clearProperty(key);
            } else {
              System.setProperty(key, value);
            }
          });
    }
  }

  private Path deepFolder() throws IOException {
    return Files.createDirectories(home.resolve("x".repeat(100)));
  }

  /** One of the reasons why there may be no Unix-domain socket; all take the same way. */
  @Test
  void aTemporaryFolderWithTooLongAPathForASocketLeadsToTcp() throws Throwable {
    // With those of other tests there may be too many at once, of which a warning tells.
    Pools.releaseWarm();
    Path deep = deepFolder();
    withProperties(
        Map.of("java.io.tmpdir", deep.toString()),
        () -> {
          try (Pool<Object, Object> pool =
              ProcessPool.builder().workers(2).startStrategy(StartStrategy.spawn()).build()) {
            List<Integer> results = pool.map(x -> x + 1, PoolUnderTest.range(100));
            assertThat(results).hasSize(100).last().isEqualTo(100);
          }
        });
    assertThat(logs.messages(Level.WARN)).isEmpty();
    try (var left = Files.list(deep)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aTemporaryFolderWithTooLongAPathIsSaidIfThereHasToBeASocket() throws Throwable {
    Path deep = deepFolder();
    withProperties(
        Map.of("java.io.tmpdir", deep.toString(), "poolmap.transport", "unix"),
        () -> {
          try (Pool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
            assertThat(startFailure(pool))
                .hasMessageContainingAll("java.io.tmpdir", "too long", "poolmap.transport");
          }
        });
    try (var left = Files.list(deep)) {
      assertThat(left).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "TCP", "udp", "automatic"})
  void aTransportThatThereIsNotIsRefused(String value) throws Throwable {
    withProperties(
        Map.of("poolmap.transport", value),
        () ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> ProcessPool.builder().build())
                .withMessageStartingWith(
                    "system property poolmap.transport = \""
                        + value
                        + "\" is not allowed: allowed are unix and tcp"));
  }

  @Test
  void anOrdinaryLifeLogsNoWarning() {
    for (int i = 0; i < 5; i++) {
      try (Pool<Object, Object> pool = ProcessPool.builder().workers(2).build()) {
        List<Integer> one = pool.map(x -> x, List.of(1));
        List<Integer> three = pool.map(x -> x, PoolUnderTest.range(3));
        assertThat(one).hasSize(1);
        assertThat(three).hasSize(3);
      }
    }
    assertThat(logs.messages(Level.WARN)).isEmpty();
    assertThat(logs.messages(Level.ERROR)).isEmpty();
  }
}
