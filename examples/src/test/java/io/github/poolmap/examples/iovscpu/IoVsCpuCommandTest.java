package io.github.poolmap.examples.iovscpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.poolmap.examples.CommandRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class IoVsCpuCommandTest {

  private static final String TIME = " \\d+:\\d\\d:\\d\\d\\.\\d{3}";

  @Test
  void timesBothKindsOfTasksOnAllKindsOfPools() {
    CommandRun run = tiny("--workers=2");
    assertEquals(0, run.status(), run.err());
    List<String> timed = run.lines().stream().filter(line -> line.contains(" , ")).toList();
    List<String> expected =
        List.of(
            "io_costly , serial",
            "io_costly , threads",
            "io_costly , processes",
            "cpu_costly , serial",
            "cpu_costly , threads",
            "cpu_costly , processes");
    assertEquals(expected.size(), timed.size(), run.out());
    for (int i = 0; i < expected.size(); i++) {
      assertTrue(timed.get(i).matches(expected.get(i) + TIME), timed.get(i));
    }
    assertEquals(
        "All three kinds of pools gave equal sums, " + Tasks.cpuCostly(1000) + " for each task.",
        line(run, "All three"));
    assertTrue(line(run, "Machine:").contains(System.getProperty("java.vendor")), run.out());
    assertTrue(line(run, "io_costly  ").matches(".*( +\\d+\\.\\d{3} s +\\d+\\.\\d\\dx){3}"));
    assertTrue(line(run, "cpu_costly  ").matches(".*( +\\d+\\.\\d{3} s +\\d+\\.\\d\\dx){3}"));
    assertTrue(line(run, "Cold start:").contains("starting the worker JVMs"));
    assertTrue(line(run, "Warm-up:").contains("JIT"));
  }

  @Test
  void speaksChinese() {
    CommandRun run = tiny("--workers=2", "--lang=zh");
    assertEquals(0, run.status(), run.err());
    assertTrue(line(run, "io_costly , 普通任务").matches(".*" + TIME), run.out());
    assertTrue(line(run, "cpu_costly , 多线程").matches(".*" + TIME), run.out());
    assertTrue(line(run, "cpu_costly , 多进程").matches(".*" + TIME), run.out());
    assertTrue(line(run, "进程：").contains("隔离"), run.out());
  }

  @Test
  void drawsChartsAndWritesAReport(@TempDir Path folder) throws IOException {
    Path charts = folder.resolve("new").resolve("charts");
    CommandRun run = tiny("--workers=2", "--chart=" + charts);
    assertEquals(0, run.status(), run.err());
    assertTrue(line(run, "Charts:").contains(charts.toString()), run.out());
    if (!run.out().contains("chart.png: ")) {
      BufferedImage image = ImageIO.read(charts.resolve("chart.png").toFile());
      assertTrue(image.getWidth() >= 600 && image.getHeight() >= 300);
    }
    String chart = Files.readString(charts.resolve("chart.html"));
    for (String kind : List.of("serial", "threads", "processes")) {
      assertTrue(chart.contains("<th>" + kind + "</th><td><div class=\"" + kind), chart);
    }
    String report = Files.readString(charts.resolve("report.html"));
    for (String pool : List.of("poolmap-serial", "poolmap-threads", "poolmap-processes")) {
      assertTrue(report.contains("<h2>" + pool), pool);
    }
    assertTrue(Files.size(charts.resolve("trace.json")) > 1_000);
  }

  @Test
  void oneWorkerPromisesNoGain() {
    CommandRun run = tiny("--workers=1");
    assertEquals(0, run.status(), run.err());
    assertTrue(line(run, "With one worker").contains("no kind of pool can gain anything"));
  }

  @Test
  void verifyPrintsEachRoundAndTheVerdicts() {
    CommandRun run = CommandRun.of("io-vs-cpu", "--verify", "--tasks=4", "--n=1000", "--workers=2");
    long met = run.lines().stream().filter(line -> line.endsWith(": met")).count();
    assertEquals(met == 2 ? 0 : 1, run.status(), run.err());
    for (int round = 1; round <= 9; round++) {
      assertTrue(line(run, round + " ").matches("\\d( +\\d+\\.\\d{4}){4}"), run.out());
    }
    assertTrue(line(run, "median ").matches("median( +\\d+\\.\\d{4}){4}"), run.out());
    assertTrue(line(run, "threads/hand-written").contains("goal at most 1.05"), run.out());
    assertTrue(line(run, "processes/hand-written").contains("goal at most 1.10"), run.out());
    assertTrue(line(run, "hand-written on 2 threads").endsWith("times as fast"), run.out());
  }

  private static CommandRun tiny(String... more) {
    String[] arguments = new String[more.length + 4];
    arguments[0] = "io-vs-cpu";
    arguments[1] = "--tasks=3";
    arguments[2] = "--io-millis=10";
    arguments[3] = "--n=1000";
    System.arraycopy(more, 0, arguments, 4, more.length);
    return CommandRun.of(arguments);
  }

  private static String line(CommandRun run, String start) {
    return run.lines().stream().filter(line -> line.startsWith(start)).findFirst().orElse("");
  }
}
