package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left by programs that were killed goes, and nothing else does. */
@DisabledOnOs(OS.WINDOWS)
class SweepTest {

  private static final ProcessMark THIS = ProcessMark.THIS;

  /** What there may be in folders, besides owner and worker. */
  private static final List<String> KNOWN =
      List.of(
          "s",
          "address",
          "token",
          "ledger",
          "args",
          "hs_err.log",
          "exit",
          "aside-exit",
          "stack-7-0",
          "aside-17-250",
          "poolmap.jar",
          "value",
          "values",
          "inputs-0",
          "results-1");

  private static ProcessMark gone;

  @TempDir Path temp;

  private Path own;

  @BeforeAll
  static void startAndEndAProcess() throws Exception {
    Process process = new ProcessBuilder("true").start();
    gone = ProcessMark.of(process.toHandle());
    process.waitFor();
  }

  @BeforeEach
  void makeOwnFolder() throws IOException {
    own = folder("poolmap-" + THIS.pid() + "-12345", THIS);
  }

  /** A folder with something in it. */
  private Path folder(String name, ProcessMark owner) throws IOException {
    Path folder = Files.createDirectory(temp.resolve(name));
    permit(folder, "rwx------");
    if (owner != null) {
      owner.write(folder.resolve("owner"));
    }
    Files.writeString(folder.resolve("ledger"), "x");
    return folder;
  }

  private static void permit(Path folder, String permissions) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
  }

  private static void age(Path folder) throws IOException {
    Instant then = Instant.now().minus(Duration.ofHours(25));
    Files.setLastModifiedTime(folder, FileTime.from(then));
  }

  private void sweep() throws IOException {
    new Sweep(own).run();
  }

  @ParameterizedTest
  @ValueSource(strings = {"poolmap-", "poolmap-lib-", "poolmap-shared-", "poolmap-values-"})
  void whatBelongedToAProgramThatIsGoneGoes(String prefix) throws IOException {
    Path left = folder(prefix + gone.pid() + "-1", gone);
    for (String name : KNOWN) {
      Files.writeString(left.resolve(name), "x");
    }
    sweep();
    assertThat(left).doesNotExist();
    assertThat(own).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"poolmap-", "poolmap-lib-", "poolmap-shared-", "poolmap-values-"})
  void whatBelongsToALiveProgramStaysHoweverOldItIs(String prefix) throws IOException {
    Path live = folder(prefix + THIS.pid() + "-1", THIS);
    age(live);
    sweep();
    assertThat(live.resolve("ledger")).exists();
  }

  @Test
  void whatBelongsToAWorkerThatHasOutlivedItsProgramStays() throws IOException {
    Path left = folder("poolmap-" + gone.pid() + "-1", gone);
    THIS.write(left.resolve("worker"));
    sweep();
    assertThat(left).exists();
    gone.write(left.resolve("worker"));
    sweep();
    assertThat(left).doesNotExist();
  }

  /** In a container whose first process does not ask for the status of orphans. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aProgramThatNobodyHasAskedForItsStatusIsGone() throws Exception {
    // The shell becomes a sleep, which does not know that it has a child.
    Path pid = temp.resolve("pid");
    Process parent =
        new ProcessBuilder("sh", "-c", "sleep 0.3 & echo $! > '" + pid + "'; exec sleep 60")
            .start();
    try {
      await().until(() -> Files.exists(pid) && Files.size(pid) > 1);
      ProcessHandle child =
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
      ProcessMark ended = ProcessMark.of(child);
      Path left = folder("poolmap-" + child.pid() + "-1", ended);
      await().until(() -> ended.state() == ProcessMark.State.GONE);
      assertThat(child.isAlive()).as("for the system it is still there").isTrue();
      sweep();
      assertThat(left).doesNotExist();
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  /** Pids in another container are others. */
  @Test
  void whatBelongsToAProgramThatCannotBeSeenStays() throws IOException {
    ProcessMark elsewhere =
        new ProcessMark(gone.pid(), gone.startMillis(), "pid:[1]", gone.boot(), gone.machine());
    Path theirs = folder("poolmap-" + gone.pid() + "-1", elsewhere);
    age(theirs);
    sweep();
    assertThat(theirs).exists();
  }

  private static ProcessMark at(String boot, String machine) {
    return new ProcessMark(gone.pid(), gone.startMillis(), gone.namespace(), boot, machine);
  }

  /** The first namespace has the same name on all machines, and temporary folders can be shared. */
  @ParameterizedTest
  @ValueSource(strings = {"other", "unnamed", "without boot"})
  void whatBelongsToAProgramOnAnotherMachineStays(String machine) throws IOException {
    ProcessMark elsewhere =
        switch (machine) {
          case "other" -> at("another-boot", "another-machine");
          case "unnamed" -> at("another-boot", "");
          default -> at("", "another-machine");
        };
    Path theirs = folder("poolmap-" + gone.pid() + "-1", elsewhere);
    age(theirs);
    sweep();
    assertThat(theirs.resolve("ledger")).exists();
  }

  @Test
  void whatIsLeftFromBeforeARebootGoesWhenItIsOld() throws IOException {
    assumeThat(THIS.machine()).isNotEmpty();
    Path left = folder("poolmap-" + gone.pid() + "-1", at("another-boot", THIS.machine()));
    sweep();
    assertThat(left).exists();
    age(left);
    sweep();
    assertThat(left).doesNotExist();
  }

  /** Somebody may call it like that, and have it for themselves. */
  @Test
  void theFolderOfAUserWhichIsNamedLikeOursStays() throws IOException {
    Path results = folder("poolmap-20260101-results", null);
    Path numbered = folder("poolmap-20260101-2", null);
    Path precious = Files.createDirectory(numbered.resolve("sub")).resolve("precious.txt");
    Files.writeString(precious, "years of work");
    age(results);
    age(numbered);
    sweep();
    assertThat(results.resolve("ledger")).exists();
    assertThat(precious).exists();
    assertThat(numbered.resolve("ledger")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"notes.txt", "stack-1", "stack-1-x", "ledger.bak"})
  void aFolderInWhichThereIsAnythingElseStaysAsItIs(String name) throws IOException {
    Path left = folder("poolmap-" + gone.pid() + "-1", gone);
    Files.writeString(left.resolve(name), "x");
    sweep();
    assertThat(left.resolve(name)).exists();
    assertThat(left.resolve("ledger")).exists();
  }

  @Test
  void aFolderWithTheNameOfAFileOfOursStays() throws IOException {
    Path left = folder("poolmap-" + gone.pid() + "-1", gone);
    Files.createDirectories(left.resolve("token"));
    sweep();
    assertThat(left.resolve("ledger")).exists();
  }

  @Test
  void ifAnotherProcessHasThePidItGoesWhenItIsOld() throws IOException {
    ProcessMark before =
        new ProcessMark(
            THIS.pid(), THIS.startMillis() - 60_000, THIS.namespace(), THIS.boot(), THIS.machine());
    Path left = folder("poolmap-" + THIS.pid() + "-1", before);
    sweep();
    assertThat(left).exists();
    age(left);
    sweep();
    assertThat(left).doesNotExist();
  }

  /** Killed between making the folder and saying whose it is. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "empty", "half"})
  void ifItDoesNotSayWhoseItIsItGoesWhenItIsOld(String mark) throws IOException {
    Path left = folder("poolmap-" + gone.pid() + "-1", null);
    Path live = folder("poolmap-" + THIS.pid() + "-1", null);
    if (!mark.equals("none")) {
      Files.writeString(left.resolve("owner"), mark.equals("half") ? gone.pid() + "\n12" : "");
    }
    sweep();
    assertThat(left).exists();
    age(left);
    age(live);
    sweep();
    assertThat(left).doesNotExist();
    assertThat(live).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwx-----x", "r-x------"})
  void whatOthersCanGetIntoStays(String permissions) throws IOException {
    Path open = folder("poolmap-" + gone.pid() + "-1", gone);
    permit(open, permissions);
    sweep();
    assertThat(open).exists();
    permit(open, "rwx------");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "poolmap-x-1",
        "poolmap-",
        "poolmap-1-x",
        "poolmap-1-1-1",
        "other-1-1",
        "poolmap-99999999999999999999-1"
      })
  void whatHasAnotherNameStays(String name) throws IOException {
    Path other = folder(name, gone);
    age(other);
    sweep();
    assertThat(other.resolve("ledger")).exists();
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    Path precious = folder("precious", gone);
    Path link = temp.resolve("poolmap-" + gone.pid() + "-1");
    Files.createSymbolicLink(link, precious);
    Path left = folder("poolmap-" + gone.pid() + "-2", gone);
    Files.createSymbolicLink(left.resolve("exit"), precious);
    sweep();
    assertThat(left).doesNotExist();
    assertThat(link).exists();
    assertThat(precious.resolve("ledger")).exists();
  }

  @Test
  void twoProgramsMaySweepAtOnce() throws Exception {
    for (int i = 0; i < 200; i++) {
      folder("poolmap-" + gone.pid() + "-" + i, gone);
    }
    ExecutorService programs = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> sweeps =
          List.of(programs.submit(new Sweep(own)), programs.submit(new Sweep(own)));
      for (Future<?> each : sweeps) {
        each.get();
      }
    } finally {
      programs.shutdown();
    }
    try (var left = Files.list(temp)) {
      assertThat(left).containsExactly(own);
    }
  }
}
