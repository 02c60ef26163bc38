package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that show their progress on a real terminal, and with their output in a file. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class TerminalProgressTest {

  /** So long the calls take; {@code -Dpoolmap.test.progressSeconds} makes it longer. */
  private static final double SECONDS =
      Double.parseDouble(System.getProperty("poolmap.test.progressSeconds", "4"));

  private static final Duration PATIENCE = Duration.ofSeconds(20 + (long) (2 * SECONDS));

  private static final Pattern BAR =
      Pattern.compile("sleeping +(\\d+)% .* (\\d+)/100 \\(\\d:\\d\\d:\\d\\d\\) (.*)");

  @TempDir private Path folder;
  private String classPath = System.getProperty("java.class.path");
  private Path socket;
  private boolean running;

  @BeforeEach
  void findTmux() throws Exception {
    // The paths of sockets are short.
    socket = Files.createTempDirectory(Path.of("/tmp"), "pmtmux").resolve("s");
  }

  @AfterEach
  void endTmux() throws Exception {
    if (running) {
      tmux("kill-server");
    }
    Files.deleteIfExists(socket);
    Files.deleteIfExists(socket.getParent());
  }

  private static boolean isTmuxThere() {
    try {
      return new ProcessBuilder("tmux", "-V").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String tmux(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tmux", "-u", "-S", socket.toString()));
    command.addAll(List.of("-f", "/dev/null"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  /** The programs log to standard error, as most do. */
  private Path logging() throws IOException {
    Path file = folder.resolve("logback.xml");
    Files.writeString(
        file,
        """
        <configuration>
          <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
            <target>System.err</target>
            <encoder><pattern>%logger{20} - %msg%n</pattern></encoder>
          </appender>
          <logger name="io.github.poolmap.progress" level="INFO" />
          <root level="WARN"><appender-ref ref="console" /></root>
        </configuration>
        """);
    return file;
  }

  private List<String> java(double seconds, String what) throws IOException {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Dpoolmap.archive=off",
        "-Dlogback.configurationFile=" + logging(),
        "-cp",
        classPath,
        ProgressProgram.class.getName(),
        Double.toString(seconds),
        what);
  }

  /** Starts a program in a terminal that stays when it ends. */
  private void startInTerminal(String what, String redirection) throws Exception {
    assumeTrue(isTmuxThere(), "tmux is not there");
    Path script = folder.resolve("run.sh");
    String program = "'" + String.join("' '", java(SECONDS, what)) + "' " + redirection;
    Files.writeString(script, program + "\necho \"ended with $?\"\nexec sleep 600\n");
    tmux("new-session", "-d", "-x", "110", "-y", "40", "sh " + script);
    running = true;
  }

  private List<String> pane() throws Exception {
    return tmux("capture-pane", "-p", "-S", "-200").lines().toList();
  }

  private List<String> awaitEnd() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> pane().contains("ended with 0"));
    try {
      return pane().stream().filter(line -> !line.isBlank()).toList();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theBarOfAMapMovesShowsRateAndTimeLeftAndEndsAtAHundredPercent() throws Exception {
    startInTerminal("map", "");
    TreeSet<Integer> percents = new TreeSet<>();
    List<String> bars = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(150))
        .until(
            () -> {
              List<String> pane = pane();
              for (String line : pane) {
                Matcher bar = BAR.matcher(line);
                if (bar.matches()) {
                  percents.add(Integer.parseInt(bar.group(1)));
                  assertThat(bar.group(1)).isEqualTo(bar.group(2));
                  bars.add(bar.group(3));
                }
              }
              assertThat(pane.stream().filter(line -> line.startsWith("sleeping")))
                  .hasSizeLessThan(2);
              return pane.contains("ended with 0");
            });
    // Of what was seen, some states in the middle, and the last one.
    assertThat(percents).hasSizeGreaterThan(5);
    assertThat(percents.last()).isEqualTo(100);
    assertThat(bars).anyMatch(rest -> rest.matches("\\d+\\.\\d/s, ETA 0:00:\\d\\d"));
    assertThat(awaitEnd())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("sleeping 100% ").contains(" 100/100 "),
            line -> assertThat(line).isEqualTo("slept"),
            line -> assertThat(line).isEqualTo("ended with 0"));
  }

  @Test
  void barsAtTheSameTimeAndLinesOfWorkersDoNotGarbleEachOther() throws Exception {
    startInTerminal("several", "");
    List<String> screen = awaitEnd();
    List<String> expected = new ArrayList<>();
    for (int x = 0; x < 100; x += 10) {
      expected.add("threads say " + x);
      expected.add("processes say " + x);
    }
    assertThat(screen).containsAll(expected);
    assertThat(screen).filteredOn(line -> line.startsWith("threads 100% ")).hasSize(1);
    assertThat(screen).filteredOn(line -> line.startsWith("processes 100% ")).hasSize(1);
    assertThat(screen).hasSize(expected.size() + 4);
  }

  @Test
  void barsAreDrawnThoughStandardInputAndOutputAreFiles() throws Exception {
    Path out = folder.resolve("out");
    startInTerminal("map", "< /dev/null > '" + out + "'");
    assertThat(awaitEnd())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("sleeping 100% "),
            line -> assertThat(line).isEqualTo("ended with 0"));
    assertThat(Files.readString(out)).isEqualTo("slept\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"progressbar", "jline-terminal"})
  void withoutTheLibraryOrWhatItNeedsThereAreLinesThatSaySo(String missing) throws Exception {
    classPath =
        Pattern.compile(File.pathSeparator)
            .splitAsStream(classPath)
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith(missing))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(classPath).isNotEqualTo(System.getProperty("java.class.path"));
    startInTerminal("map", "");
    List<String> screen = awaitEnd();
    assertThat(screen.get(0)).contains("bars need the dependency me.tongfei:progressbar");
    assertThat(screen).filteredOn(line -> line.contains("sleeping: ")).hasSize(2);
    assertThat(screen).anyMatch(line -> line.contains("sleeping: 100 of 100 (100 %)"));
    assertThat(screen).endsWith("slept", "ended with 0").hasSize(5);
  }

  @Test
  void withStandardErrorInAFileThereAreLinesWithoutControlCharacters() throws Exception {
    Path err = folder.resolve("err");
    startInTerminal("map", "2> '" + err + "'");
    assertThat(awaitEnd()).containsExactly("slept", "ended with 0");
    String text = Files.readString(err);
    assertThat(text).contains("sleeping: 100 of 100 (100 %)");
    assertThat(text.chars().filter(c -> c != '\n')).noneMatch(Character::isISOControl);
  }

  @Test
  void withOutputInAFileThereAreLinesWithoutControlCharacters() throws Exception {
    Path output = folder.resolve("output");
    Process program =
        new ProcessBuilder(java(SECONDS, "several"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(program.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      program.destroyForcibly();
    }
    String text = Files.readString(output);
    assertThat(text)
        .contains("threads: 100 of 100 (100 %) in ", "processes: 100 of 100 (100 %) in ", "slept");
    assertThat(text).containsPattern("threads: \\d+ of 100 .*/s, ETA 0:00:\\d\\d");
    assertThat(text.chars().filter(c -> c != '\n')).noneMatch(Character::isISOControl);
  }

  /** Ctrl-C while a bar is live: what follows begins a line of its own. */
  @Test
  void theBarOfAProgramThatIsInterruptedStaysALine() throws Exception {
    startInTerminal("map", "");
    await()
        .atMost(PATIENCE)
        .until(() -> pane().stream().anyMatch(line -> line.matches("sleeping +[1-9]\\d?% .*")));
    long pid =
        ProcessHandle.allProcesses()
            .filter(process -> process.info().command().orElse("").endsWith("java"))
            .filter(process -> isOfTerminal(process))
            .findFirst()
            .orElseThrow()
            .pid();
    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(pid)).start().waitFor()).isZero();
    await().atMost(PATIENCE).until(() -> pane().contains("ended with 130"));
    List<String> screen = pane().stream().filter(line -> !line.isBlank()).toList();
    assertThat(screen)
        .satisfiesExactly(
            line -> assertThat(line).matches("sleeping +\\d\\d?% .*"),
            line -> assertThat(line).isEqualTo("ended with 130"));
  }

  private boolean isOfTerminal(ProcessHandle process) {
    return process
        .parent()
        .flatMap(parent -> parent.info().arguments())
        .map(arguments -> List.of(arguments).contains(folder.resolve("run.sh").toString()))
        .orElse(false);
  }
}
