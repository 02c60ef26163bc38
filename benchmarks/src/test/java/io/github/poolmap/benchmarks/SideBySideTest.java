package io.github.poolmap.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SideBySideTest {

  private static final List<Integer> ITEMS = List.of(1, 2, 3);

  private final StringBuilder runs = new StringBuilder();

  @Test
  void theContendersTakeTurnsAtBeginning() throws Exception {
    Result result = new SideBySide(1, 3).measure(workload(runner('o'), runner('p')));
    assertEquals("poopp" + "oop", runs.toString());
    assertEquals(100, result.ideal());
  }

  @Test
  void warmUpRoundsDoNotCount() throws Exception {
    Contender slowAtFirst =
        items -> {
          Thread.sleep(runs.isEmpty() ? 500 : 0);
          runs.append('o');
          return items;
        };
    Result result = new SideBySide(1, 1).measure(workload(slowAtFirst, null));
    assertEquals("oo", runs.toString());
    assertEquals(0, result.ours(), 400);
    assertNull(result.peer());
    assertNull(result.toPeer());
  }

  @Test
  void wrongResultsAreNoResult() {
    Contender wrong = items -> List.of(1);
    assertThrows(
        IllegalStateException.class, () -> new SideBySide(1, 1).measure(workload(wrong, null)));
  }

  private Contender runner(char mark) {
    return items -> {
      runs.append(mark);
      return items;
    };
  }

  private static Workload workload(Contender ours, @Nullable Contender peer) {
    return new Workload("test", ITEMS, 100, ours, peer);
  }
}
