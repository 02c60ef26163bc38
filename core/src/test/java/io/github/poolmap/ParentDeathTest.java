package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  private void assertNothingIsLeft(Journal journal) {
    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(ORPHANS_LIVE_AT_MOST)
        .untilAsserted(() -> assertThat(workers(journal)).isEmpty());
    await().atMost(ORPHANS_LIVE_AT_MOST).untilAsserted(() -> assertThat(workerFolders()).isEmpty());
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

  @ParameterizedTest
  @ValueSource(longs = {0, 20, 60, 100, 150, 200})
  void parentKilledWhileItsWorkersBoot(long millisAfterTheFirstFolder) throws Exception {
    Journal journal = start("sleep");
    await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(20))
        .until(() -> !workerFolders().isEmpty());
    long end = System.nanoTime() + millisAfterTheFirstFolder * 1_000_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    List<ProcessHandle> children = parent.descendants().toList();
    parent.destroyForcibly().waitFor();
    await()
        .atMost(ORPHANS_LIVE_AT_MOST.plusSeconds(1))
        .untilAsserted(() -> assertThat(children).noneMatch(Processes::isRunning));
    assertThat(workers(journal)).isEmpty();
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
