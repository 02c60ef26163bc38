package io.github.poolmap.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StageResultTest {

  private static final Line LINE = new Line("a, b", "a", "b", Unit.TIME, Goal.atMostTimes(1));

  @Test
  void theRatioIsThatWithinTheRounds() {
    StageResult result =
        new StageResult(
            Map.of("a", List.of(1.0, 20.0, 3.0), "b", List.of(2.0, 10.0, 6.0)),
            Map.of(),
            List.of(LINE));
    assertEquals(3.0, result.median("a"));
    assertEquals(0.5, result.ratio(LINE));
    assertEquals(true, result.isMet(LINE));
  }

  @Test
  void whoHasNoFiguresCannotBeCompared() {
    StageResult result = new StageResult(Map.of("a", List.of(1.0)), Map.of(), List.of(LINE));
    assertNull(result.median("b"));
    assertNull(result.ratio(LINE));
    assertNull(result.isMet(LINE));
  }

  @Test
  void aLineWithoutGoalOnlyInforms() {
    Line line = new Line("a, b", "a", "b", Unit.TIME, null);
    StageResult result =
        new StageResult(Map.of("a", List.of(1.0), "b", List.of(2.0)), Map.of(), List.of(line));
    assertEquals(0.5, result.ratio(line));
    assertNull(result.isMet(line));
  }
}
