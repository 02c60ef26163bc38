package io.github.poolmap.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Line;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.Settings;
import io.github.poolmap.benchmarks.measure.StageResult;
import io.github.poolmap.benchmarks.measure.Unit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {

  private static final StageResult STAGE =
      new StageResult(
          Map.of("ours", List.of(1.5, 2.5), "peer", List.of(2.0, 2.0)),
          Map.of("gone", "why"),
          List.of(
              new Line("peer", "ours", "peer", Unit.TIME, Goal.atMostTimes(0.9)),
              new Line("figure", "ours", null, Unit.TIME, null)));
  private static final RowResult ROW =
      new RowResult("row", "title", "17.0.1", 2, 3.5, List.of(STAGE), null);

  private static Report report(RowResult... rows) {
    Settings settings =
        new Settings(true, 2, 0, new Settings.Python("p", "3.11", "1.24", null), "");
    Machine machine = new Machine(2, 1 << 30, "cpu", "system", "jdk");
    return new Report("2026-01-01T00:00:00Z", "0.1", machine, settings, List.of(rows));
  }

  @Test
  void everySingleFigureIsInTheFile(@TempDir Path folder) throws Exception {
    Results.write(report(ROW), List.of("a table"), folder.resolve("new"));
    Path file = folder.resolve("new").resolve("results.json");
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertEquals(2, json.getAsJsonObject("machine").get("cores").getAsInt());
    assertEquals("0.1", json.get("poolmap").getAsString());
    RowResult read = new Gson().fromJson(json.getAsJsonArray("rows").get(0), RowResult.class);
    assertEquals(ROW, read);
    assertEquals(
        List.of("a table"), Files.readAllLines(folder.resolve("new").resolve("table.txt")));
  }

  @Test
  void theChartIsAPicture(@TempDir Path folder) throws Exception {
    Chart.write(report(ROW), folder.resolve("chart.png"));
    assertEquals(1_200, ImageIO.read(folder.resolve("chart.png").toFile()).getWidth());
  }

  @Test
  void withoutRatiosThereIsNoChart(@TempDir Path folder) throws Exception {
    Chart.write(report(), folder.resolve("chart.png"));
    assertFalse(Files.exists(folder.resolve("chart.png")));
  }

  @Test
  void oneMissedGoalIsEnough() {
    assertFalse(report(ROW).allMet());
    StageResult met =
        new StageResult(
            STAGE.series(),
            Map.of(),
            List.of(new Line("peer", "ours", "peer", Unit.TIME, Goal.atMostTimes(1.1))));
    RowResult good = new RowResult("row", "title", "17", 2, 1, List.of(met), null);
    assertTrue(report(good).allMet());
    assertFalse(report(good, new RowResult("x", "t", "", 0, 0, List.of(), "failed")).allMet());
  }
}
