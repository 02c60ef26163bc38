package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands put in front of that of the JVM. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessLauncherTest {

  private static UnaryOperator<List<String>> prefix(String... command) {
    return jvm -> {
      List<String> whole = new ArrayList<>(Arrays.asList(command));
      whole.addAll(jvm);
      return whole;
    };
  }

  private static ProcessPool<Object, Object> pool(UnaryOperator<List<String>> launcher) {
    return ProcessPool.builder().workers(1).launcher(launcher).build();
  }

  private static void assumeThere(String command) {
    assumeTrue(
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, command))),
        command + " is not installed");
  }

  private static WorkerStartException startFailure(UnaryOperator<List<String>> launcher) {
    try (Pool<Object, Object> pool = pool(launcher)) {
      return catchThrowableOfType(WorkerStartException.class, () -> pool.apply(() -> 1));
    }
  }

  /** The fields of /proc/self/stat from the state on, which follows the name in parentheses. */
  private static String[] stat() throws Exception {
    String text = Files.readString(Path.of("/proc/self/stat"));
    return text.substring(text.lastIndexOf(')') + 2).split(" ");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aWorkerWithFileSystemsOfItsOwnGetsLargeValuesAllTheSame(@TempDir Path temp)
      throws Exception {
    String mount = "mount -t tmpfs tmpfs '" + temp + "' && exec \"$@\"";
    String[] command = {"unshare", "--mount", "sh", "-c", mount, "sh"};
    assumeThere("unshare");
    List<String> trial = new ArrayList<>(Arrays.asList(command));
    trial.add("true");
    assumeTrue(new ProcessBuilder(trial).start().waitFor() == 0, "not allowed");
    System.setProperty("poolmap.tmpfs", temp.toString());
    try (Pool<Object, Object> pool = pool(prefix(command))) {
      List<byte[]> inputs = List.of(new byte[1 << 18], new byte[1 << 20], new byte[5]);
      List<byte[]> results = pool.map(bytes -> Arrays.copyOf(bytes, bytes.length + 1), inputs);
      assertThat(results).extracting(each -> each.length).containsExactly(262145, 1048577, 6);
    } finally {
      System.clearProperty("poolmap.tmpfs");
      Pools.releaseWarm();
    }
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void niceMakesWorkersNice() throws Exception {
    assumeThere("nice");
    assumeTrue(Files.exists(Path.of("/proc/self/stat")));
    int own = Integer.parseInt(stat()[16]);
    try (Pool<Object, Object> pool = pool(prefix("nice", "-n", "7"))) {
      int nice = pool.apply(() -> Integer.parseInt(stat()[16]));
      assertThat(nice).isEqualTo(Math.min(19, own + 7));
      int status =
          catchThrowableOfType(
                  WorkerCrashedException.class,
                  () ->
                      pool.apply(
                          () -> {
                            Runtime.getRuntime().halt(9);
                            return 1;
                          }))
              .exitStatus();
      assertThat(status).isEqualTo(9);
    }
  }

  @Test
  void aLauncherMayChangeTheListThatItIsGiven() {
    UnaryOperator<List<String>> launcher =
        jvm -> {
          jvm.addAll(0, List.of("env", "MARK=made"));
          return jvm;
        };
    try (Pool<Object, Object> pool = pool(launcher)) {
      String mark = pool.apply(() -> System.getenv("MARK"));
      assertThat(mark).isEqualTo("made");
    }
  }

  @Test
  void tasksetBindsWorkersToCores() throws Exception {
    assumeThere("taskset");
    assumeTrue(Files.exists(Path.of("/proc/self/status")));
    String core = allowedCores().split("[-,]")[0];
    try (Pool<Object, Object> pool = pool(prefix("taskset", "-c", core))) {
      String allowed = pool.apply(() -> allowedCores());
      assertThat(allowed).isEqualTo(core);
    }
  }

  private static String allowedCores() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aShellMayExecTheJvm() {
    try (Pool<Object, Object> pool =
        pool(prefix("sh", "-c", "MARK=made; export MARK; exec \"$0\" \"$@\""))) {
      String mark = pool.apply(() -> System.getenv("MARK"));
      assertThat(mark).isEqualTo("made");
    }
  }

  /** It could be neither killed nor asked for its exit status: signals would hit the wrapper. */
  @Test
  void aCommandThatForksTheJvmIsRefusedAndLeavesNothing(@TempDir Path folder) {
    Path pids = folder.resolve("pids");
    String fork = "\"$0\" \"$@\" & echo $! >> '" + pids + "'; wait";
    WorkerStartException refusal = startFailure(prefix("sh", "-c", fork));
    assertThat(refusal)
        .hasMessageContainingAll("has to become the JVM", "exec", refusal.command())
        .hasMessageMatching("(?s).*its JVM is pid \\d+, but the command was started as pid \\d+.*");
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(
            () ->
                assertThat(Files.readAllLines(pids))
                    .isNotEmpty()
                    .noneMatch(
                        pid ->
                            ProcessHandle.of(Long.parseLong(pid))
                                .filter(Processes::isRunning)
                                .isPresent()));
  }

  /** The same, and the wrapper does not even wait. */
  @Test
  void aCommandThatSendsTheJvmToTheBackgroundIsRefused() {
    WorkerStartException refusal = startFailure(prefix("sh", "-c", "\"$0\" \"$@\" & exit 0"));
    assertThat(refusal).hasMessageContaining("has to become the JVM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "empty", "hole", "other", "behind", "throws", "missing"})
  void aLauncherThatMakesNoSuchCommandFailsWithWhatIsWrong(String fault) {
    UnaryOperator<List<String>> launcher =
        jvm ->
            switch (fault) {
              case "null" -> null;
              case "empty" -> List.of();
              case "hole" -> prefix("nice", null).apply(jvm);
              case "other" -> List.of("sleep", "60");
              case "behind" -> {
                List<String> changed = new ArrayList<>(jvm);
                changed.add("more");
                yield changed;
              }
              case "throws" -> throw new IllegalStateException("no cores left");
              default -> prefix("no-such-command-anywhere").apply(jvm);
            };
    WorkerStartException failure = startFailure(launcher);
    String said =
        switch (fault) {
          case "null" -> "the launcher gave null instead of a command";
          case "hole" -> "null in it: [nice, null, ";
          case "empty" -> "gave [], which does not end with the command of the JVM";
          case "other" -> "gave [sleep, 60], which does not end with the command of the JVM";
          case "behind" -> "more], which does not end with the command of the JVM";
          case "throws" -> "the launcher threw java.lang.IllegalStateException: no cores left";
          default -> "the command comes from the launcher";
        };
    assertThat(failure).hasMessageContaining(said);
    assertThat(failure.command()).contains("WorkerMain");
    if (fault.equals("throws")) {
      assertThat(failure).hasCauseExactlyInstanceOf(IllegalStateException.class);
    }
    if (fault.equals("missing")) {
      assertThat(failure.command()).startsWith("no-such-command-anywhere ");
    }
  }

  @Test
  void aBootThatFailsBehindALauncherShowsTheRealCommand() {
    UnaryOperator<List<String>> launcher = prefix("sh", "-c", "echo $0 is not for me >&2; exit 3");
    WorkerStartException failure = startFailure(launcher);
    assertThat(failure.command()).startsWith("sh -c echo $0");
    assertThat(failure).hasMessageContainingAll("status 3", "is not for me", failure.command());
  }

  @Test
  void poolsWithTheSameLauncherShareTheirWorkers() {
    UnaryOperator<List<String>> one = prefix("env", "A=1");
    UnaryOperator<List<String>> other = prefix("env", "A=1");
    try (Pools pools = Pools.create()) {
      Pool<Object, Object> first = pools.processes(b -> b.workers(1).launcher(one));
      Pool<Object, Object> same = pools.processes(b -> b.workers(1).launcher(one));
      Pool<Object, Object> another = pools.processes(b -> b.workers(1).launcher(other));
      long pid = first.apply(() -> ProcessHandle.current().pid());
      assertThat(same.<Long>apply(() -> ProcessHandle.current().pid())).isEqualTo(pid);
      assertThat(another.<Long>apply(() -> ProcessHandle.current().pid())).isNotEqualTo(pid);
    }
  }
}
