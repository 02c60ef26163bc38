package io.github.poolmap.examples.iovscpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.poolmap.examples.CommandRun;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class IoVsCpuOptionsTest {

  @ParameterizedTest
  @CsvSource({
    "--tasks, 0, 0 is out of range: allowed are 1 to 10000",
    "--tasks, 10001, 10001 is out of range: allowed are 1 to 10000",
    "--io-millis, -1, -1 is out of range: allowed are 0 to 3600000",
    "--n, 99999999999, 99999999999 is out of range: allowed are 1 to 1000000000",
    "--n, 0, 0 is out of range: allowed are 1 to 1000000000",
    "--workers, 1025, 1025 is out of range: allowed are 1 to 1024",
    "--workers, 1.5, '''1.5'' is not a whole number: allowed are 1 to 1024'"
  })
  void aBadNumberIsRefusedWithOptionValueAndRange(String option, String value, String sentence) {
    refuses("Invalid value for option '" + option + "': " + sentence, option + "=" + value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--tasks", "--io-millis", "--n"})
  void asPublishedFixesTheSize(String option) {
    refuses(
        "--as-published stands for --tasks 10 --io-millis 1000 --n 500000 and cannot be combined"
            + " with "
            + option,
        "--as-published",
        option + "=10");
  }

  @Test
  void anUnknownLanguageIsRefused() {
    refuses(
        "Invalid value for option '--lang': expected one of [EN, ZH] (case-insensitive) but was"
            + " 'fr'",
        "--lang=fr");
  }

  @Test
  void verifyDoesNotWait() {
    refuses(
        "--verify measures computing only and cannot be combined with --io-millis",
        "--verify",
        "--io-millis=10");
  }

  private static void refuses(String sentence, String... options) {
    CommandRun run =
        CommandRun.of(
            Stream.concat(Stream.of("io-vs-cpu"), Stream.of(options)).toArray(String[]::new));
    assertEquals(sentence, run.err().lines().findFirst().orElse(""));
    assertEquals(2, run.status());
    assertEquals("", run.out());
  }
}
