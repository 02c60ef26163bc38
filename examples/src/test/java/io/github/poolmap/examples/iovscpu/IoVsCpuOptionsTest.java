package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.examples.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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

  @Test
  void verifyDrawsNothing() {
    CommandRun.refuses(
        "--verify prints figures only and cannot be combined with --chart",
        "io-vs-cpu",
        "--verify",
        "--chart=charts");
  }

  @Test
  void aFileIsNoFolderForCharts(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    CommandRun.refuses(
        "--chart = "
            + file
            + " is no folder and cannot be made one: java.nio.file.FileAlreadyExistsException: "
            + file,
        "io-vs-cpu",
        "--chart=" + file);
  }
}
