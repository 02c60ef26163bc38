package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class MainTest {

  @Test
  void helpNamesTheExamples() {
    CommandRun run = CommandRun.of("--help");
    assertEquals(0, run.status());
    assertTrue(run.out().contains("io-vs-cpu"), run.out());
    assertTrue(run.out().contains("jar-census"), run.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"io-vs-cpu", "jar-census"})
  void eachExampleExplainsItself(String example) {
    CommandRun run = CommandRun.of(example, "--help");
    assertEquals(0, run.status());
    assertTrue(run.out().contains("--workers"), run.out());
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
  @ValueSource(strings = {"io-vs-cpu", "jar-census"})
  void anUnknownOptionIsRefused(String example) {
    CommandRun run = CommandRun.of(example, "--nope");
    assertEquals(2, run.status());
    assertTrue(run.err().startsWith("Unknown option: '--nope'"), run.err());
  }

  @Test
  void chineseSurvivesAnAsciiPlatform() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
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
                "--workers=1")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (InputStream out = process.getInputStream()) {
      String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue());
      assertTrue(text.contains("io_costly , 普通任务 0:00:0"), text);
    } finally {
      process.destroyForcibly();
    }
  }
}
