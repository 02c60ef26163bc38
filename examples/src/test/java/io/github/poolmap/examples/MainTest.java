package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

@Timeout(120)
class MainTest {

  private static final List<String> EXAMPLES =
      List.of(
          "io-vs-cpu",
          "jar-census",
          "crash-containment",
          "start-strategies",
          "shared-matrix",
          "log-search");

  @Test
  void helpNamesTheExamples() {
    CommandRun run = CommandRun.of("--help");
    assertEquals(0, run.status());
    for (String example : EXAMPLES) {
      assertTrue(run.out().contains(example), run.out());
    }
  }

  @ParameterizedTest
  @FieldSource("EXAMPLES")
  void eachExampleExplainsItself(String example) {
    CommandRun run = CommandRun.of(example, "--help");
    assertEquals(0, run.status());
    assertTrue(run.out().startsWith("Usage: poolmap-examples " + example + " "), run.out());
    assertTrue(run.out().contains("Exit status: 0"), run.out());
  }

  @Test
  void anUnknownExampleIsRefused() {
    CommandRun run = CommandRun.of("nope");
    assertEquals(2, run.status());
    assertTrue(run.err().startsWith("Unmatched argument at index 0: 'nope'"), run.err());
  }

  @Test
  void noExampleIsRefused() {
    CommandRun run = CommandRun.of();
    assertEquals(2, run.status());
    assertTrue(run.err().startsWith("Missing required subcommand"), run.err());
  }

  @ParameterizedTest
  @FieldSource("EXAMPLES")
  void anUnknownOptionIsRefused(String example) {
    CommandRun run = CommandRun.of(example, "--nope");
    assertEquals(2, run.status());
    assertTrue(run.err().startsWith("Unknown option: '--nope'"), run.err());
  }

  @Test
  void chineseSurvivesAnAsciiPlatform() throws Exception {
    ProgramRun run =
        ProgramRun.of(
            "java",
            "-Dfile.encoding=US-ASCII",
            "-Dstdout.encoding=US-ASCII",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "io-vs-cpu",
            "--lang=zh",
            "--tasks=1",
            "--io-millis=1",
            "--n=10",
            "--workers=1");
    assertEquals(0, run.status());
    assertTrue(run.out().contains("io_costly , 普通任务 0:00:0"), run.out());
  }
}
