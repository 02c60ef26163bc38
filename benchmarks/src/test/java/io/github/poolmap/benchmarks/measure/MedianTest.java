package io.github.poolmap.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class MedianTest {

  @Test
  void itIsTheMiddle() {
    assertEquals(2, Median.of(List.of(9.0, 1.0, 2.0)));
    assertEquals(7, Median.of(7.0));
  }

  @Test
  void ofAnEvenNumberItIsBetweenTheMiddleOnes() {
    assertEquals(1.5, Median.of(List.of(9.0, 2.0, 1.0, 0.0)));
  }

  @Test
  void theFiguresStayInTheirOrder() {
    double[] figures = {3, 1, 2};
    assertEquals(2, Median.of(figures));
    assertEquals(3, figures[0]);
  }

  @Test
  void noFiguresHaveNone() {
    assertThrows(IllegalArgumentException.class, () -> Median.of(List.of()));
  }
}
