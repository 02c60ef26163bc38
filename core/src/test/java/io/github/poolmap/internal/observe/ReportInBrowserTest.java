package io.github.poolmap.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.poolmap.PoolKind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Opens the report as people do; where there is no browser there is nothing to be tried. */
@Timeout(180)
class ReportInBrowserTest {

  @TempDir private Path folder;

  private final Timeline timeline = new Timeline(200_000);

  /** What a browser has made of the page, and what it had to say. */
  private record Opened(String page, String log) {}

  private static Optional<Path> browser() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(
            path ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(path, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private Opened open() throws IOException, InterruptedException {
    Optional<Path> browser = browser();
    assumeTrue(browser.isPresent(), "no Chromium on this machine");
    Path report = folder.resolve("report.html");
    Report.write(timeline.snapshot(), report);
    Path page = folder.resolve("page");
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>();
    command.add(browser.get().toString());
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--user-data-dir=" + folder.resolve("profile"),
            "--enable-logging=stderr",
            "--v=0",
            "--virtual-time-budget=5000",
            "--dump-dom",
            report.toUri().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(page.toFile())
            .redirectError(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    return new Opened(Files.readString(page), Files.readString(log));
  }

  private static void assertDrawn(Opened opened, int lanes) {
    assertThat(opened.log().lines().filter(line -> line.contains("CONSOLE"))).isEmpty();
    assertThat(opened.page()).contains("data-drawn-lanes=\"" + lanes + "\"");
  }

  @Test
  void theScriptDrawsAllLanesAndHasNothingToComplainOf() throws Exception {
    PoolTrack threads = timeline.watch("crunchers", PoolKind.THREADS, 3);
    PoolTrack processes = timeline.watch("parsers", PoolKind.PROCESSES, 2);
    for (int i = 0; i < 100; i++) {
      threads.add(i % 3, MadeUp.run("crunchers-" + i % 3, 10 * i, 10 * i + 8, 0.5, i, 1));
    }
    processes.add(0, MadeUp.startUp("parsers-1", 0, 100));
    processes.addItem(0, MadeUp.item("parsers-1", 100, 200, 0), "<script>throw 1</script>");
    processes.add(0, MadeUp.failedRun("parsers-1", 100, 200, 0, 1));
    processes.add(0, MadeUp.crash("parsers-1", 200, 0));
    processes.add(1, MadeUp.runUnknown("parsers-2", 50, 300, 0, 100));
    Opened opened = open();
    assertDrawn(opened, 5);
    // As high as the axis and three lanes.
    assertThat(opened.page()).containsPattern("<canvas[^>]*style=\"height: 102px;\"");
  }

  @Test
  void aFullTraceIsDrawn() throws Exception {
    PoolTrack pool = timeline.watch("poolmap-processes", PoolKind.PROCESSES, 64);
    for (int i = 0; i < 200_000; i++) {
      int slot = i % 64;
      double start = i / 64 * 5;
      pool.add(slot, MadeUp.run("poolmap-processes-" + slot, start, start + 4, 0.5, i, 1));
    }
    assertDrawn(open(), 64);
  }
}
