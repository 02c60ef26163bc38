package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.examples.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class IoVsCpuOptionsTest {

  @ParameterizedTest
  @ValueSource(strings = {"--tasks", "--io-millis", "--n"})
  void asPublishedFixesTheSize(String option) {
    CommandRun.refuses(
        "--as-published stands for --tasks 10 --io-millis 1000 --n 500000 and cannot be combined"
            + " with "
            + option,
        "io-vs-cpu",
        "--as-published",
        option + "=10");
  }

  @Test
  void anUnknownLanguageIsRefused() {
    CommandRun.refuses(
        "Invalid value for option '--lang': expected one of [EN, ZH] (case-insensitive) but was"
            + " 'fr'",
        "io-vs-cpu",
        "--lang=fr");
  }

  @Test
  void verifyDoesNotWait() {
    CommandRun.refuses(
        "--verify measures computing only and cannot be combined with --io-millis",
        "io-vs-cpu",
        "--verify",
        "--io-millis=10");
  }
}
