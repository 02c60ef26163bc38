package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that end with pools open: quietly, soon, and nothing is left. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProgramEndTest {

  /** The hook takes three seconds at most; a JVM on a busy machine takes its time, too. */
  private static final Duration SOON = Duration.ofSeconds(4);

  private Path folder;
  private Process program;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "pe");
  }

  @AfterEach
  void endProgram() throws InterruptedException {
    program.descendants().forEach(ProcessHandle::destroyForcibly);
    program.destroyForcibly().waitFor();
  }

  /** Starts it in a group of processes of its own, as a shell does with what is typed. */
  private Journal start(String how) throws IOException {
    program =
        new ProcessBuilder(
                "setsid",
                // Shells let what they start in the background ignore Ctrl-C, tests included.
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                ProcessPoolContract.QUICK_BOOT,
                "-Djava.io.tmpdir=" + folder,
                "-Dpoolmap.tmpfs=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                EndingProgram.class.getName(),
                folder.toString(),
                how)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(folder.resolve("journal")));
    return Journal.existing(folder.resolve("journal"));
  }

  private void signal(String name, boolean wholeGroup) throws Exception {
    String target = (wholeGroup ? "-" : "") + program.pid();
    Process kill = new ProcessBuilder("kill", "-" + name, "--", target).start();
    assertThat(kill.waitFor()).isZero();
  }

  private void assertEnds(int status, Duration within, List<ProcessHandle> workers)
      throws Exception {
    assertProcessesEnd(status, within, workers);
    await()
        .atMost(Duration.ofSeconds(2))
        .untilAsserted(() -> assertThat(workerFolders()).isEmpty());
  }

  private void assertProcessesEnd(int status, Duration within, List<ProcessHandle> workers)
      throws Exception {
    long start = System.nanoTime();
    assertThat(program.waitFor(20, TimeUnit.SECONDS)).as("the program ends").isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(within);
    assertThat(program.exitValue()).isEqualTo(status);
    await()
        .atMost(Duration.ofSeconds(2))
        .untilAsserted(() -> assertThat(workers).noneMatch(Processes::isRunning));
  }

  private List<Path> workerFolders() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith("poolmap-")).toList();
    }
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }

  private static long closed(Journal journal) {
    return journal.lines().stream().filter("closed"::equals).count();
  }

  /** Ctrl-C reaches all processes of the group. */
  @ParameterizedTest
  @ValueSource(strings = {"idle", "busy"})
  void ctrlCEndsAllQuietly(String how) throws Exception {
    Journal journal = start(how);
    journal.awaitEntry("ready");
    List<ProcessHandle> workers = program.descendants().toList();
    assertThat(workers).hasSize(2);
    signal("INT", true);
    assertEnds(130, SOON, workers);
    assertThat(output()).isEmpty();
    assertThat(closed(journal)).isEqualTo(how.equals("idle") ? 2 : 0);
  }

  @ParameterizedTest
  @CsvSource({"idle, true", "idle, false", "busy, false"})
  void sigtermEndsAllQuietly(String how, boolean wholeGroup) throws Exception {
    Journal journal = start(how);
    journal.awaitEntry("ready");
    List<ProcessHandle> workers = program.descendants().toList();
    assertThat(workers).hasSize(2);
    signal("TERM", wholeGroup);
    assertEnds(143, SOON, workers);
    assertThat(output()).isEmpty();
  }

  /** What the items in their hands fail with is the program's to say; folders must not stay. */
  @Test
  void sigtermToWorkersThatWorkLeavesNothing() throws Exception {
    assertLeavesNothing(
        () -> {
          Journal journal = start("busy");
          journal.awaitEntry("ready");
          List<ProcessHandle> workers = program.descendants().toList();
          signal("TERM", true);
          assertProcessesEnd(143, SOON, workers);
          assertThat(output()).doesNotContain("WARN");
        },
        this::workerFolders);
  }

  @Test
  void aForgottenPoolIsToldWithItsPlaceAndEndsInAnOrderlyWay() throws Exception {
    Journal journal = start("idle");
    journal.awaitEntry("ready");
    List<ProcessHandle> workers = program.descendants().toList();
    journal.add("end");
    assertEnds(0, SOON, workers);
    assertThat(closed(journal)).isEqualTo(2);
    assertThat(output().lines())
        .singleElement()
        .asString()
        .contains(
            "WARN",
            "the program ends with a pool open",
            "poolmap-processes, opened at ",
            "EndingProgram.main(EndingProgram.java:");
  }

  /** On JDK 17 no thread of such a group can be started, and no other hook behind it. */
  @Test
  void aPoolMayBeOpenedInAGroupOfThreadsThatIsDestroyed() throws Exception {
    start("pool of a group of threads");
    assertEnds(0, Duration.ofSeconds(20), List.of());
    assertThat(output().lines())
        .singleElement()
        .asString()
        .contains("WARN", "the program ends with a pool open");
  }

  @ParameterizedTest
  @CsvSource({"call in a hook, 'in the hook: [6, 8]'", "close in a hook, in the hook: [2]"})
  void hooksOfTheProgramMayUseThePool(String how, String entry) throws Exception {
    Journal journal = start(how);
    assertEnds(3, Duration.ofSeconds(20), List.of());
    assertThat(journal.lines()).contains(entry);
    assertThat(output()).doesNotContain("Exception");
  }

  /** Unless another hook holds it the JVM is gone by the time there is a folder. */
  @Test
  void aLaunchThatNobodyWaitsForIsPutOff() throws Exception {
    Journal journal = start("late call in a hook");
    assertProcessesEnd(3, Duration.ofSeconds(20), List.of());
    assertThat(journal.lines()).containsExactly("put off", "in the hook: [6, 8]");
    assertThat(output()).doesNotContain("Exception");
    awaitNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit in a thread's task", "exit on a lane"})
  void aTaskThatEndsTheProgramDoesNotDeadlockIt(String how) throws Exception {
    start(how);
    assertEnds(3, Duration.ofSeconds(20), List.of());
    assertThat(output()).doesNotContain("Exception");
  }

  /** A worker that finds its program gone deletes its files, but first it has to be there. */
  @ParameterizedTest
  @ValueSource(strings = {"launch for a call", "launch of a spare"})
  void aWorkerThatIsBeingLaunchedLeavesNothing(String how) throws Exception {
    Journal journal = start(how);
    journal.awaitEntry("launching");
    assertProcessesEnd(0, SOON, List.of());
    awaitNothingLeft();
  }

  /** What comes before the wait for launches logs, by whatever the program has for it. */
  @Test
  void launchesAreWaitedForThoughALogFails() throws Exception {
    Journal journal = start("launch, and a log that fails");
    journal.awaitEntry("launching");
    assertProcessesEnd(0, SOON, List.of());
    assertThat(output()).contains("IllegalStateException: the log fails");
    awaitNothingLeft();
  }

  /** It is not there yet to ignore the signal, and its folder is the program's to delete. */
  @ParameterizedTest
  @CsvSource({"boot, INT, 130", "boot, TERM, 143", "long boot, INT, 130", "long boot, TERM, 143"})
  void aSignalToAWorkerThatBootsLeavesNothing(String how, String signal, int status)
      throws Exception {
    assertLeavesNothing(
        () -> {
          Journal journal = start(how);
          journal.awaitEntry("booting");
          List<ProcessHandle> workers = program.descendants().toList();
          assertThat(workers).isNotEmpty();
          signal(signal, true);
          assertProcessesEnd(status, SOON, workers);
        },
        this::foldersThatStay);
  }

  /** A program that ends, in a folder of its own. */
  @FunctionalInterface
  private interface End {
    void run() throws Exception;
  }

  /**
   * The program waits for a moment only until workers have died of a signal that was for them, too.
   * On a machine with too much to do that may be too short, and what is left is for the next
   * program to sweep; so it may be tried again.
   */
  private void assertLeavesNothing(End end, Callable<List<Path>> look) throws Exception {
    for (int attempt = 1; ; attempt++) {
      end.run();
      List<Path> left = look.call();
      if (left.isEmpty()) {
        return;
      }
      assertThat(attempt).as("times that something was left, at last %s", left).isLessThan(3);
      makeFolder();
    }
  }

  private List<Path> foldersThatStay() throws IOException {
    try {
      await().atMost(Duration.ofSeconds(5)).until(() -> workerFolders().isEmpty());
      return List.of();
    } catch (ConditionTimeoutException e) {
      return workerFolders();
    }
  }

  private void awaitNothingLeft() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(workerFolders()).isEmpty());
  }
}
