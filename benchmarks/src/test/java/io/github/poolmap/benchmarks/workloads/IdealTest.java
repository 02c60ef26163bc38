package io.github.poolmap.benchmarks.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdealTest {

  @Test
  void evenlySharedIsTheWorkOverTheWorkers() {
    assertEquals(3.5, Ideal.evenlyShared(List.of(1, 2, 4), 2));
  }

  @Test
  void inOrderTheOneThatIsFreeFirstTakesTheNext() {
    assertEquals(5, Ideal.inOrder(List.of(1, 2, 4), 2));
    assertEquals(4, Ideal.inOrder(List.of(4, 2, 1), 2));
  }

  @Test
  void workersWithoutItemsDoNotMatter() {
    assertEquals(4, Ideal.inOrder(List.of(1, 2, 4), 20));
  }

  @Test
  void withOneWorkerItIsTheSum() {
    assertEquals(7, Ideal.inOrder(List.of(1, 2, 4), 1));
  }

  @Test
  void theDozenTakesEighteenUnitsOnFourWorkers() {
    assertEquals(18, Ideal.inOrder(List.of(1, 2, 1, 10, 3, 1, 4, 10, 1, 3, 2, 10), 4));
  }
}
