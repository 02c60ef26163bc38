package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.github.poolmap.WorkerCrashedException.Reason;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker that dies costs the item that it had in its hands and nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessCrashTest {

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration GRACE = Duration.ofMillis(300);

  private ProcessPool<Object, Object> pool;
  private Logs logs;
  private Journal journal;

  @BeforeAll
  void open() {
    pool = ProcessPool.builder().workers(2).options(o -> o.gracePeriod(GRACE)).build();
  }

  @AfterAll
  void close() {
    pool.close();
  }

  @BeforeEach
  void prepare(@TempDir Path folder) {
    journal = new Journal(folder.resolve("journal"));
    logs = new Logs();
  }

  /** One crash breaks no pool. */
  @AfterEach
  void thePoolHealsItself() {
    logs.close();
    List<Integer> inputs = PoolUnderTest.range(1000);
    assertThat(pool.map(x -> -x, inputs)).isEqualTo(inputs.stream().map(x -> -x).toList());
    assertThat(pool.workers()).isEqualTo(2);
  }

  private static WorkerCrashedException crashOf(Runnable call) {
    return catchThrowableOfType(WorkerCrashedException.class, call::run);
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  @Test
  void aWorkerThatEndsItselfFailsExactlyTheItemThatItHeld() throws InterruptedException {
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                pool.map(
                    x -> {
                      if (x == 5000) {
                        Runtime.getRuntime().halt(3);
                      }
                      return x;
                    },
                    PoolUnderTest.range(10_000)));
    WorkerCrashedException crash = (WorkerCrashedException) caller.failure(SOON);
    assertThat(crash.reason()).isEqualTo(Reason.EXIT);
    assertThat(crash.exitStatus()).isEqualTo(3);
    assertThat(crash.signal()).isNull();
    assertThat(crash.index()).isEqualTo(5000);
    assertThat(crash.input()).isEqualTo("5000");
    assertThat(crash.attempts()).isEqualTo(1);
    assertThat(crash.slot()).isBetween(1, 2);
    assertThat(crash.crashReport()).isEmpty();
    assertThat(crash)
        .hasMessageContainingAll("5000", "status 3", Long.toString(crash.pid()), crash.worker());
  }

  @Test
  void systemExitInATaskEndsItsWorkerOnly() {
    WorkerCrashedException crash =
        crashOf(
            () ->
                pool.apply(
                    () -> {
                      System.err.println("about to leave");
                      System.exit(42);
                      return 1;
                    }));
    assertThat(crash.reason()).isEqualTo(Reason.EXIT);
    assertThat(crash.exitStatus()).isEqualTo(42);
    assertThat(crash.stderrTail()).contains("about to leave");
    assertThat(crash).hasMessageContaining("about to leave");
  }

  @ParameterizedTest
  @CsvSource({"true, SIGKILL", "false, SIGTERM"})
  void aWorkerKilledFromOutsideFailsTheItemThatItHeld(boolean force, String signal)
      throws InterruptedException {
    Journal talk = journal;
    Caller<Integer> caller =
        Caller.of(
            () ->
                pool.apply(
                    () -> {
                      System.err.println("last words");
                      talk.add(pid());
                      Thread.sleep(60_000);
                      return 1;
                    }));
    talk.awaitSize(1);
    long pid = Long.parseLong(talk.lines().get(0));
    ProcessHandle worker = ProcessHandle.of(pid).orElseThrow();
    assertThat(force ? worker.destroyForcibly() : worker.destroy()).isTrue();
    WorkerCrashedException crash = (WorkerCrashedException) caller.failure(SOON);
    assertThat(crash.reason()).isEqualTo(Reason.SIGNAL);
    assertThat(crash.signal()).isEqualTo(signal);
    assertThat(crash.exitStatus()).isEqualTo(force ? 137 : 143);
    assertThat(crash.pid()).isEqualTo(pid);
    assertThat(crash.worker()).contains("poolmap-processes-" + crash.slot(), "" + pid);
    assertThat(crash.stderrTail()).contains("last words");
  }

  @Test
  void aWorkerKilledWhileIdleIsReplacedAndNobodyBlamed() {
    for (int round = 0; round < 3; round++) {
      for (long pid : pidsOfAllWorkers()) {
        ProcessHandle worker = ProcessHandle.of(pid).orElseThrow();
        worker.destroyForcibly();
        await().atMost(SOON).until(() -> !worker.isAlive());
      }
      assertThat(pool.map(x -> x, PoolUnderTest.range(20))).hasSize(20);
    }
  }

  private Set<Long> pidsOfAllWorkers() {
    Journal talk = journal;
    int all = pool.workers();
    String round = "round " + talk.lines().size() + " ";
    return new HashSet<>(
        pool.with(o -> o.chunkSize(1))
            .map(
                x -> {
                  talk.add(round + x);
                  talk.hold(round + (1 - x));
                  return pid();
                },
                PoolUnderTest.range(all)));
  }

  @Test
  void aWorkerWhoseHeapIsExhaustedFailsWithOutOfMemory() {
    try (ProcessPool<Object, Object> small =
        ProcessPool.builder().workers(1).maxHeap(32L << 20).build()) {
      WorkerCrashedException crash =
          crashOf(
              () ->
                  small.map(
                      x -> {
                        List<byte[]> hoard = new ArrayList<>();
                        while (x == 2) {
                          hoard.add(new byte[1 << 20]);
                        }
                        return hoard.size();
                      },
                      PoolUnderTest.range(5)));
      assertThat(crash.reason()).isEqualTo(Reason.OUT_OF_MEMORY);
      assertThat(crash.index()).isEqualTo(2);
      assertThat(crash.signal()).isNull();
      assertThat(crash).hasMessageContaining("heap");
      assertThat(small.map(x -> x, PoolUnderTest.range(5))).hasSize(5);
    }
  }

  /** Writes to address 0, by reflection: the class goes with one of the next JDKs. */
  private static void crash() throws ReflectiveOperationException {
    Class<?> unsafe = Class.forName("sun.misc.Unsafe");
    Field instance = unsafe.getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    unsafe.getMethod("putAddress", long.class, long.class).invoke(instance.get(null), 0L, 0L);
  }

  @Test
  void aNativeCrashComesWithTheReportOfTheJvm() {
    WorkerCrashedException crash =
        crashOf(
            () ->
                pool.map(
                    x -> {
                      if (x == 7) {
                        crash();
                      }
                      return x;
                    },
                    PoolUnderTest.range(20)));
    assertThat(crash.reason()).isEqualTo(Reason.NATIVE_CRASH);
    assertThat(crash.index()).isEqualTo(7);
    assertThat(crash.crashReport())
        .contains("SIGSEGV", "# A fatal error has been detected by the Java Runtime Environment");
    assertThat(crash).hasMessageContaining("SIGSEGV");
  }

  /** The pool reads the report where it has put it. */
  @Test
  void aNativeCrashIsToldForWhatItIsThoughTheUserHasAPlaceForReports(@TempDir Path folder) {
    Path report = folder.resolve("hs_err.log");
    try (ProcessPool<Object, Object> reporting =
        ProcessPool.builder().workers(1).jvmArgs("-XX:ErrorFile=" + report).build()) {
      WorkerCrashedException crash =
          crashOf(
              () ->
                  reporting.apply(
                      () -> {
                        crash();
                        return 1;
                      }));
      assertThat(crash.reason()).isEqualTo(Reason.NATIVE_CRASH);
      assertThat(crash.crashReport()).contains("SIGSEGV");
      assertThat(report).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 1000})
  void noItemIsStartedTwiceThoughItsWorkerDies(int chunkSize) {
    Journal started = journal;
    Pool<Object, Object> chunked = chunkSize == 0 ? pool : pool.with(o -> o.chunkSize(chunkSize));
    WorkerCrashedException crash =
        crashOf(
            () ->
                chunked.map(
                    x -> {
                      started.add(x);
                      if (x == 60) {
                        Runtime.getRuntime().halt(9);
                      }
                      return x;
                    },
                    PoolUnderTest.range(300)));
    assertThat(crash.index()).isEqualTo(60);
    assertThat(crash.exitStatus()).isEqualTo(9);
    assertThat(started.numbers()).doesNotHaveDuplicates().contains(60);
  }

  @Test
  void itemsOfOtherCallsInTheHandsOfADyingWorkerAreNotLost() throws InterruptedException {
    Journal started = journal;
    List<Integer> inputs = PoolUnderTest.range(3000);
    Caller<List<Integer>> innocent =
        Caller.of(
            () ->
                pool.map(
                    x -> {
                      started.add(x);
                      return x;
                    },
                    inputs));
    int crashes = 0;
    for (int i = 0; i < 6; i++) {
      WorkerCrashedException crash =
          crashOf(
              () ->
                  pool.apply(
                      () -> {
                        Runtime.getRuntime().halt(1);
                        return 1;
                      }));
      crashes += crash.index() == 0 ? 1 : 0;
    }
    assertThat(crashes).isEqualTo(6);
    assertThat(innocent.result(Duration.ofSeconds(30))).isEqualTo(inputs);
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(inputs);
  }

  @Test
  void aTaskThatAlwaysCrashesDoesNotHangItsCaller() {
    for (int i = 0; i < 4; i++) {
      assertThat(
              crashOf(
                      () ->
                          pool.map(
                              x -> {
                                Runtime.getRuntime().halt(5);
                                return x;
                              },
                              PoolUnderTest.range(100)))
                  .exitStatus())
          .isEqualTo(5);
    }
  }

  /** An input that ends the worker before the item begins. */
  private static final class Poison implements Serializable {
    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) {
      Runtime.getRuntime().halt(6);
    }

    @Override
    public String toString() {
      return "poison";
    }
  }

  @Test
  void anInputWhoseReadingEndsTheWorkerIsBlamed() {
    WorkerCrashedException crash =
        crashOf(() -> pool.map(x -> 1, List.of("fine", "fine", new Poison(), "fine")));
    assertThat(crash.index()).isEqualTo(2);
    assertThat(crash.input()).isEqualTo("poison");
    assertThat(crash.exitStatus()).isEqualTo(6);
  }

  @Test
  void aDeafTaskIsKilledAfterTheGracePeriod() throws InterruptedException {
    Journal talk = journal;
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                pool.with(o -> o.chunkSize(1))
                    .map(
                        x -> {
                          if (x == 0) {
                            talk.add(pid());
                            int sum = 0;
                            while (sum != 1) {
                              for (int i = 0; i < Integer.MAX_VALUE; i++) {
                                sum += 2;
                              }
                            }
                          }
                          talk.hold("go on");
                          throw new IllegalStateException("the bug");
                        },
                        PoolUnderTest.range(2)));
    talk.awaitSize(1);
    ProcessHandle deaf = ProcessHandle.of(Long.parseLong(talk.lines().get(0))).orElseThrow();
    talk.add("go on");
    TaskException failure = (TaskException) caller.failure(SOON);
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure).isNotInstanceOf(WorkerCrashedException.class);
    await().atMost(SOON).until(() -> !deaf.isAlive());
  }

  /** Stopping is an interrupt; a JVM is lost only to a task that ignores it. */
  @ParameterizedTest
  @ValueSource(strings = {"failure", "unserializable", "interrupt", "interrupt while reading"})
  void aStopThatTasksHeedCostsNoWorker(String stop) throws InterruptedException {
    Set<Long> before = pidsOfAllWorkers();
    for (int round = 0; round < 5; round++) {
      String now = stop + round;
      Journal talk = journal;
      Mapper<Object, Object> mapper =
          x -> {
            if (x.equals("fail")) {
              talk.hold(now);
              throw new IllegalStateException("stop");
            }
            talk.add(now);
            Thread.sleep(60_000);
            return x;
          };
      Caller<List<Object>> caller = Caller.of(() -> stoppedCall(stop, mapper, now));
      talk.awaitEntry(now);
      if (stop.startsWith("interrupt")) {
        caller.interrupt();
      }
      assertThat(caller.failure(SOON)).isInstanceOf(PoolException.class);
    }
    assertThat(pidsOfAllWorkers()).isEqualTo(before);
    assertThat(logs.messages(Level.WARN)).isEmpty();
  }

  private List<Object> stoppedCall(String stop, Mapper<Object, Object> mapper, String now) {
    Pool<Object, Object> single = pool.with(o -> o.chunkSize(1));
    return switch (stop) {
      case "failure" -> single.map(mapper, List.of("sleep", "fail"));
      case "interrupt" -> single.map(mapper, List.of("sleep", "sleep"));
      case "unserializable" ->
          single.map(
              mapper,
              (Iterable<Object>)
                  () -> Stream.of("sleep", new Object()).peek(x -> awaitAfter(x, now)).iterator());
      default ->
          single.map(
              mapper,
              (Iterable<Object>)
                  () -> Stream.<Object>generate(() -> "sleep").peek(x -> breathe()).iterator());
    };
  }

  private void awaitAfter(Object input, String entry) {
    if (!input.equals("sleep")) {
      journal.awaitEntry(entry);
    }
  }

  /** Keeps an endless input from filling the heap; heeds no interrupt. */
  private static void breathe() {
    LockSupport.parkNanos(1_000_000);
  }

  @Test
  void aKilledWorkerTakesTheProcessesThatItStartedWithIt() throws InterruptedException {
    Journal talk = journal;
    Caller<Integer> caller =
        Caller.of(
            () ->
                pool.apply(
                    () -> {
                      Process child = new ProcessBuilder("sleep", "300").start();
                      talk.add(child.pid());
                      while (true) {
                        Thread.onSpinWait();
                      }
                    }));
    talk.awaitSize(1);
    ProcessHandle child = ProcessHandle.of(Long.parseLong(talk.lines().get(0))).orElseThrow();
    caller.interrupt();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    await().atMost(SOON).until(() -> !Processes.isRunning(child));
  }
}
