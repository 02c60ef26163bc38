package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parent killed or ended: no orphans, whatever they are doing, and nothing else that stays. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class ParentDeathTest {

  private static final Duration ORPHANS_LIVE_AT_MOST = Duration.ofSeconds(2);

  /** A JVM that boots has to come to where it can notice. */
  private static final Duration BOOTING_ORPHANS_LIVE_AT_MOST = Duration.ofSeconds(5);

  private Path folder;
  private Process parent;

  /** Short, since the paths of sockets may not be long. */
  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "pd");
  }

  @AfterEach
  void endParent() throws InterruptedException {
    parent.descendants().forEach(ProcessHandle::destroyForcibly);
    parent.destroyForcibly().waitFor();
  }

  String transport() {
    return "unix";
  }

  private Journal start(String task) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            java,
            ProcessPoolContract.QUICK_BOOT,
            "-Djava.io.tmpdir=" + folder,
            "-Dpoolmap.transport=" + transport(),
            "-cp",
            System.getProperty("java.class.path"),
            ParentProgram.class.getName(),
            folder.toString(),
            task);
    parent =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(folder.resolve("journal")));
    return Journal.existing(folder.resolve("journal"));
  }

  private static List<ProcessHandle> workers(Journal journal) {
    return journal.lines().stream()
        .filter(line -> line.startsWith("worker "))
        .map(line -> Long.parseLong(line.substring("worker ".length())))
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .filter(Processes::isRunning)
        .toList();
  }

  private List<Path> workerFolders() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith("poolmap-")).toList();
    }
  }

  /** Where large values of the parent's workers go through. */
  private List<Path> foldersInMemory() throws IOException {
    Path memory = Path.of("/dev/shm");
    if (!Files.isDirectory(memory)) {
      return List.of();
    }
    String theirs = "poolmap-values-" + parent.pid() + "-";
    try (Stream<Path> files = Files.list(memory)) {
      return files.filter(file -> file.getFileName().toString().startsWith(theirs)).toList();
    }
  }

  private void assertNothingIsLeft(Journal journal) {
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(ORPHANS_LIVE_AT_MOST)
        .untilAsserted(() -> assertThat(workers(journal)).isEmpty());
    await()
        .atMost(ORPHANS_LIVE_AT_MOST)
        .untilAsserted(
            () -> {
              assertThat(workerFolders()).isEmpty();
              assertThat(foldersInMemory()).isEmpty();
            });
    assertThat(journal.lines()).noneMatch(line -> line.startsWith("ended"));
  }

  @ParameterizedTest
  @CsvSource({"sleep, 2", "loop, 2", "children, 4", "loop with children, 4"})
  void parentKilled(String task, int processes) throws Exception {
    Journal journal = start(task);
    await().atMost(Duration.ofSeconds(40)).until(() -> workers(journal).size() == processes);
    assertThat(workerFolders()).hasSize(2);
    parent.destroyForcibly().waitFor();
    assertNothingIsLeft(journal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"return", "exit"})
  void programEndsWithThePoolOpen(String task) throws Exception {
    Journal journal = start(task);
    journal.awaitSize(2);
    journal.add("end");
    assertThat(parent.waitFor(10, TimeUnit.SECONDS)).as("the program ends").isTrue();
    assertThat(parent.exitValue()).isEqualTo(task.equals("exit") ? 5 : 0);
    assertNothingIsLeft(journal);
  }

  /** Processes that have our folder on their command line, whoever their parent is by now. */
  private List<ProcessHandle> ofThisTest() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != parent.pid())
        .filter(process -> commandLine(process).contains(folder.toString()))
        .filter(Processes::isRunning)
        .toList();
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(process.pid()), "cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException goneOrNoSuchFile) {
      return process.info().commandLine().orElse("");
    }
  }

  @Test
  void parentKilledWhileItsWorkersBoot() throws Exception {
    int booting = 0;
    Path all = folder;
    for (long millis : List.of(0L, 20L, 60L)) {
      folder = Files.createDirectory(all.resolve("folder" + millis));
      booting += killedWhileItsWorkersBoot(() -> !workerFolders().isEmpty(), millis) ? 1 : 0;
    }
    // On a machine with much to do a child may come long after its folder.
    for (long millis : List.of(0L, 40L, 100L)) {
      folder = Files.createDirectory(all.resolve("child" + millis));
      booting +=
          killedWhileItsWorkersBoot(() -> parent.descendants().findAny().isPresent(), millis)
              ? 1
              : 0;
    }
    assertThat(booting).as("times that a child was seen that booted").isPositive();
  }

  /** Returns whether there was a worker that had not come to its task. */
  private boolean killedWhileItsWorkersBoot(Callable<Boolean> sign, long millisAfterIt)
      throws Exception {
    Journal journal = start("sleep");
    await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofSeconds(20)).until(sign);
    long end = System.nanoTime() + millisAfterIt * 1_000_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    List<ProcessHandle> children = parent.descendants().filter(Processes::isRunning).toList();
    int working = workers(journal).size();
    parent.destroyForcibly().waitFor();
    await()
        .atMost(BOOTING_ORPHANS_LIVE_AT_MOST)
        .untilAsserted(
            () -> {
              assertThat(children).noneMatch(Processes::isRunning);
              // Children that were forked after the others had been counted, too.
              assertThat(ofThisTest()).isEmpty();
            });
    assertThat(workers(journal)).isEmpty();
    assertNoFolderOfAWorkerIsLeft();
    return children.size() > working;
  }

  /** One that no process had been started for when its program was killed stays, to be swept. */
  private void assertNoFolderOfAWorkerIsLeft() {
    await()
        .atMost(ORPHANS_LIVE_AT_MOST)
        .untilAsserted(
            () ->
                assertThat(workerFolders())
                    .filteredOn(left -> Files.exists(left.resolve("worker")))
                    .isEmpty());
  }

  private static void signal(String name, List<ProcessHandle> processes) throws Exception {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
  }

  /** Nobody was left to clean up; the next program does. */
  @Test
  void whatIsLeftWhenAllAreKilledAtOnceIsSweptByTheNextProgram() throws Exception {
    Journal journal = start("sleep");
    await().atMost(Duration.ofSeconds(40)).until(() -> workers(journal).size() == 2);
    List<Path> left = workerFolders();
    assertThat(left).hasSize(2);
    List<ProcessHandle> all = new ArrayList<>(workers(journal));
    all.add(parent.toHandle());
    // None of them may have the time to see that another one is gone.
    signal("STOP", all);
    signal("KILL", all);
    parent.waitFor();
    assertThat(workerFolders()).containsExactlyInAnyOrderElementsOf(left);

    Files.move(folder.resolve("journal"), folder.resolve("journal-1"));
    Journal ofLive = start("sleep");
    await().atMost(Duration.ofSeconds(40)).until(() -> workers(ofLive).size() == 2);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(workerFolders()).doesNotContainAnyElementsOf(left));
    assertThat(workerFolders()).as("of the live program").hasSize(2);
  }
}
