package io.github.poolmap.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.poolmap.benchmarks.measure.Goal;
import io.github.poolmap.benchmarks.measure.Line;
import io.github.poolmap.benchmarks.measure.RowResult;
import io.github.poolmap.benchmarks.measure.StageResult;
import io.github.poolmap.benchmarks.measure.Unit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void itShowsFiguresRatiosAndGoals() {
    StageResult stage =
        new StageResult(
            Map.of("ours", List.of(1e-3), "fast", List.of(0.5e-3), "slow", List.of(4e-3)),
            Map.of("gone", "there is no python3"),
            List.of(
                new Line("alone", "ours", null, Unit.TIME, Goal.atMost(1e-3)),
                new Line("fast", "ours", "fast", Unit.TIME, Goal.atMostTimes(1.5)),
                new Line("slow", "ours", "slow", Unit.TIME, null),
                new Line("gone", "ours", "gone", Unit.TIME, Goal.timesFaster(2))));
    RowResult row = new RowResult("row", "title", "17", 1, 1, List.of(stage), null);
    RowResult failed = new RowResult("other", "title", "", 0, 0, List.of(), "it needs JDK 99");
    assertEquals(
        List.of(
            "workload   |    ours |          peer | ratio | goal                    | met",
            "row: alone | 1.00 ms |             - |     - | <= 1.00 ms              | yes",
            "row: fast  | 1.00 ms |        500 us | 2.000 | <= 1.50 x               | NO",
            "row: slow  | 1.00 ms |       4.00 ms | 0.250 | -                       | -",
            "row: gone  | 1.00 ms | gone: skipped |     - | <= 0.500 x (2 x faster) | -",
            "other      |       - |             - |     - | -                       | not measured",
            "row: gone skipped: there is no python3",
            "other was not measured: it needs JDK 99"),
        Table.lines(List.of(row, failed)));
  }
}
