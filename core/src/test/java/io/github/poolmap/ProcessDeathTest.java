package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.Level;
import io.github.poolmap.WorkerCrashedException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Crash text that nobody can act on: each way for a worker to die is told as what it is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessDeathTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private ProcessPool<Object, Object> pool;
  private Logs logs;
  private Journal journal;

  @BeforeAll
  void open() {
    pool = ProcessPool.builder().workers(2).maxHeap(48L << 20).build();
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

  @AfterEach
  void thePoolHealsItself() {
    logs.close();
    assertThat(pool.map(x -> x, PoolUnderTest.range(20))).hasSize(20);
  }

  private WorkerCrashedException crashOf(Task<?> task) {
    return catchThrowableOfType(WorkerCrashedException.class, () -> pool.apply(task));
  }

  private static void signalThisProcess(String signal) throws Exception {
    new ProcessBuilder("kill", "-" + signal, "" + ProcessHandle.current().pid()).start().waitFor();
    Thread.sleep(60_000);
  }

  /** One bit for each, that of the signal 1 first. */
  private static long ignoredSignals() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .sum();
  }

  /** A method whose name is to be found in the stack of the exit. */
  private static void leaveHere(int status) {
    System.exit(status);
  }

  private static void assertExit(WorkerCrashedException crash, int status) {
    assertThat(crash.reason()).isEqualTo(Reason.EXIT);
    assertThat(crash.exitStatus()).isEqualTo(status);
    assertThat(crash.signal()).isNull();
    assertThat(crash)
        .hasMessageContainingAll(
            "item " + crash.index(), "pid " + crash.pid(), "ended itself with status " + status);
  }

  private static void assertExitFrom(WorkerCrashedException crash, int status, String method) {
    assertExit(crash, status);
    assertThat(crash.getCause().getStackTrace())
        .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo(method));
    assertThat(crash.getCause().getStackTrace()[0].getClassName()).isEqualTo("java.lang.Runtime");
    assertThat(crash).hasMessageContainingAll("exit called in thread", method + "(");
  }

  /** The last two look like SIGKILL and SIGTERM, the first like an exhausted heap. */
  @ParameterizedTest
  @ValueSource(ints = {3, 0, 42, 137, 143})
  void systemExitIsToldWithItsStackWhateverItsStatus(int status) {
    assertExitFrom(
        crashOf(
            () -> {
              leaveHere(status);
              return 1;
            }),
        status,
        "leaveHere");
  }

  @Test
  void anExitInAThreadOfTheTasksIsFoundToo() {
    WorkerCrashedException crash =
        crashOf(
            () -> {
              Thread thread = new Thread(() -> leaveHere(7), "troublemaker");
              thread.start();
              Thread.sleep(60_000);
              return 1;
            });
    assertExitFrom(crash, 7, "leaveHere");
    assertThat(crash).hasMessageContaining("in thread troublemaker");
  }

  /** What walks all platform threads would not see it. */
  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void anExitInAVirtualThreadIsFoundToo() {
    assertExitFrom(
        crashOf(
            () -> {
              Runnable exit = () -> leaveHere(8);
              Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, exit);
              Thread.sleep(60_000);
              return 1;
            }),
        8,
        "leaveHere");
  }

  @Test
  void anExitOfAnInterruptedThreadIsToldWithItsStack() {
    assertExitFrom(
        crashOf(
            () -> {
              Thread.currentThread().interrupt();
              leaveHere(9);
              return 1;
            }),
        9,
        "leaveHere");
  }

  @Test
  void ofManyThreadsThatExitTheOneThatDidIsTold() {
    WorkerCrashedException crash =
        crashOf(
            () -> {
              CountDownLatch go = new CountDownLatch(1);
              for (int i = 0; i < 8; i++) {
                int status = 30 + i;
                Thread thread =
                    new Thread(
                        () -> {
                          try {
                            go.await();
                          } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                          }
                          leaveHere(status);
                        },
                        "thread of " + status);
                thread.start();
              }
              go.countDown();
              Thread.sleep(60_000);
              return 1;
            });
    assertExitFrom(crash, crash.exitStatus(), "leaveHere");
    assertThat(crash).hasMessageContaining("in thread thread of " + crash.exitStatus());
  }

  private static void leaveThere(int status) {
    Runtime.getRuntime().exit(status);
  }

  @Test
  void workersThatExitAtTheSameTimeAreNotMistakenForEachOther() {
    Journal talk = journal;
    List<Outcome<Integer, Integer>> outcomes =
        pool.with(o -> o.chunkSize(1))
            .mapOutcomes(
                x -> {
                  talk.add("here " + x);
                  talk.hold("here " + (1 - x));
                  if (x == 0) {
                    leaveHere(50);
                  } else {
                    leaveThere(51);
                  }
                  return x;
                },
                List.of(0, 1));
    assertExitFrom((WorkerCrashedException) outcomes.get(0).failure(), 50, "leaveHere");
    assertExitFrom((WorkerCrashedException) outcomes.get(1).failure(), 51, "leaveThere");
  }

  @Test
  void anExitInAnInitializerIsToldWithItsStackAndTriedAFewTimesOnly() {
    Journal starts = journal;
    try (ProcessPool<Object, Object> failing =
        ProcessPool.builder()
            .workers(1)
            .initializer(
                info -> {
                  starts.add("start");
                  leaveHere(143);
                })
            .build()) {
      WorkerStartException failure =
          catchThrowableOfType(WorkerStartException.class, () -> failing.apply(() -> 1));
      assertThat(failure)
          .hasMessageContainingAll("initializer", "ended itself with status 143", "leaveHere(");
      assertThat(failure.getCause().getStackTrace())
          .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("leaveHere"));
    }
    // No more than three, though 143 is the status of a SIGTERM, which would not count.
    assertThat(starts.lines()).hasSize(3);
  }

  @Test
  void anExitInTheMakerOfAWorkerLocalIsThatOfTheItem() {
    WorkerLocal<Integer> local =
        WorkerLocal.withInitial(
            () -> {
              leaveHere(11);
              return 1;
            });
    assertExitFrom(crashOf(local::get), 11, "leaveHere");
  }

  @Test
  void aHaltLeavesNoStack() {
    WorkerCrashedException crash =
        crashOf(
            () -> {
              // The status of an exhausted heap, without the JVM saying so.
              Runtime.getRuntime().halt(3);
              return 1;
            });
    assertExit(crash, 3);
    assertThat(crash).hasNoCause();
  }

  /** Documented: nobody can tell it from the signal. */
  @Test
  void aHaltWithTheStatusOfASignalPassesForIt() {
    WorkerCrashedException crash =
        crashOf(
            () -> {
              Runtime.getRuntime().halt(137);
              return 1;
            });
    assertThat(crash.reason()).isEqualTo(Reason.SIGNAL);
    assertThat(crash.signal()).isEqualTo("SIGKILL");
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "HUP, 129", "KILL, 137", "ABRT, 134"})
  void signalsAreToldByName(String name, int status) throws IOException {
    assumeThat(ignoredSignals() >> (status - 129) & 1)
        .as("%s is ignored by a program that nohup has started, and by its workers", name)
        .isZero();
    WorkerCrashedException crash =
        crashOf(
            () -> {
              signalThisProcess(name);
              return 1;
            });
    assertThat(crash.reason()).isEqualTo(Reason.SIGNAL);
    assertThat(crash.signal()).isEqualTo("SIG" + name);
    assertThat(crash.exitStatus()).isEqualTo(status);
    assertThat(crash).hasNoCause().hasMessageContaining("ended by SIG" + name);
    assertThat(crash.crashReport()).isEmpty();
  }

  /** The JVM writes its report and ends with a status of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"SEGV", "BUS"})
  void signalsOfDefectsCountAsNativeCrashes(String name) {
    WorkerCrashedException crash =
        crashOf(
            () -> {
              signalThisProcess(name);
              return 1;
            });
    assertThat(crash.reason()).isEqualTo(Reason.NATIVE_CRASH);
    assertThat(crash.crashReport()).contains("SIG" + name);
    assertThat(crash).hasNoCause().hasMessageContaining("SIG" + name);
  }

  // ---- memory

  private static List<byte[]> hoard() {
    List<byte[]> hoard = new ArrayList<>();
    while (hoard.size() < 10_000) {
      hoard.add(new byte[1 << 20]);
    }
    return hoard;
  }

  /** Neither does it leave a JVM behind in which some thread has died of it. */
  @ParameterizedTest
  @ValueSource(strings = {"caught", "in another thread", "array beyond the limits"})
  void anExhaustedHeapEndsTheWorkerWhoeverMeetsIt(String how) {
    WorkerCrashedException crash =
        crashOf(
            () -> {
              switch (how) {
                case "caught" -> {
                  try {
                    return hoard().size();
                  } catch (OutOfMemoryError e) {
                    return -1;
                  }
                }
                case "in another thread" -> {
                  Thread thread = new Thread(ProcessDeathTest::hoard);
                  thread.start();
                  thread.join();
                  return -1;
                }
                default -> {
                  return new long[1 << 29].length;
                }
              }
            });
    assertThat(crash.reason()).isEqualTo(Reason.OUT_OF_MEMORY);
    assertThat(crash.exitStatus()).isEqualTo(3);
    assertThat(crash.signal()).isNull();
    assertThat(crash).hasNoCause();
    assertThat(crash.stderrTail()).contains("java.lang.OutOfMemoryError");
  }

  private static int deeper(int depth) {
    return depth == Integer.MAX_VALUE ? 0 : deeper(depth + 1) + 1;
  }

  @Test
  void aStackOverflowIsAnErrorOfTheItemAndCostsNoWorker() {
    long crashes = pool.stats().crashes();
    TaskException failure =
        catchThrowableOfType(TaskException.class, () -> pool.apply(() -> deeper(0)));
    assertThat(failure)
        .isNotInstanceOf(WorkerCrashedException.class)
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThat(pool.stats().crashes()).isEqualTo(crashes);
  }

  // ---- deaths without end

  private static final int DEATHS_ALLOWED = 10;

  /** However many retries there may be. */
  @Test
  void retriesOfATaskThatAlwaysCrashesComeToAnEnd() {
    Journal talk = journal;
    Pool<Object, Object> stubborn = pool.with(o -> o.retries(1_000));
    Mapper<Integer, Integer> crash =
        x -> {
          talk.add(x);
          leaveHere(1);
          return x;
        };
    WorkerCrashedException thrown =
        catchThrowableOfType(WorkerCrashedException.class, () -> stubborn.map(crash, List.of(1)));
    assertExitFrom(thrown, 1, "leaveHere");
    assertThat(talk.lines()).hasSize(DEATHS_ALLOWED);
    Outcome<Integer, Integer> outcome = stubborn.mapOutcomes(crash, List.of(2)).get(0);
    assertThat(outcome.failure()).isInstanceOf(WorkerCrashedException.class);
    assertThat(outcome.attempts()).isEqualTo(DEATHS_ALLOWED);
    assertThat(talk.lines()).hasSize(2 * DEATHS_ALLOWED);
  }

  // ---- goodbye

  @Test
  void theGoodbyeOfAWorkerIsNobodysExit() throws InterruptedException {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      Caller.doing(
              () -> {
                try (ProcessPool<Object, Object> shortLived =
                    ProcessPool.builder().workers(2).build()) {
                  shortLived.map(x -> x, PoolUnderTest.range(10));
                }
              })
          .result(SOON);
    } finally {
      System.setErr(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(logs.messages(Level.WARN)).isEmpty();
  }
}
