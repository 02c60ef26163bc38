package io.github.poolmap.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {

  @Test
  void itShowsTimesAndRatios() {
    List<Result> results =
        List.of(new Result("a", 110, 220.0, 100), new Result("a longer one", 1000.04, null, 1000));
    assertEquals(
        List.of(
            "workload     |      ours |     peer | ratio ours/peer |     ideal | ours/ideal",
            "a            |  110.0 ms | 220.0 ms |           0.500 |  100.0 ms |      1.100",
            "a longer one | 1000.0 ms |        - |               - | 1000.0 ms |      1.000"),
        ResultTable.lines(results));
  }
}
