package io.github.poolmap.examples.iovscpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.poolmap.PoolKind;
import io.github.poolmap.examples.Machine;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the demonstration says must follow from what it measured. */
class ConclusionsTest {

  private static final Machine TWO_CORES = new Machine(2, 0, "system", "jdk");
  private static final Sizes TWO_WORKERS = new Sizes(10, 1000, 1000, 2);

  @Test
  void aGainIsClaimedOnlyIfMeasured() {
    List<String> gain = english(figures(10_000, 5_000, 5_200), TWO_WORKERS, TWO_CORES);
    assertEquals(3, gain.size());
    assertTrue(gain.get(0).contains("2.00 times"), gain.get(0));
    assertTrue(gain.get(1).contains("threads use all the cores"), gain.get(1));
    assertTrue(gain.get(2).contains("1.92 times"), gain.get(2));
    assertTrue(gain.get(2).contains("about the same as threads"), gain.get(2));

    List<String> none = english(figures(10, 11, 44), TWO_WORKERS, TWO_CORES);
    assertTrue(none.get(0).contains("too short to gain much"), none.get(0));
    assertTrue(none.get(1).contains("no gain in this run"), none.get(1));
    assertTrue(none.get(2).contains("only 0.25 times the speed of threads"), none.get(2));
  }

  @Test
  void oneCoreIsNamedAsTheReason() {
    Machine oneCore = new Machine(1, 0, "system", "jdk");
    List<String> said = english(figures(1_000, 1_001, 1_050), TWO_WORKERS, oneCore);
    assertTrue(said.get(1).contains("this machine has one core"), said.get(1));
  }

  @Test
  void oneTaskIsNamedAsTheReason() {
    Sizes oneTask = new Sizes(1, 1000, 1000, 2);
    List<String> said = english(figures(1_000, 1_000, 1_100), oneTask, TWO_CORES);
    assertTrue(said.get(0).startsWith("With one task"), said.get(0));
  }

  @ParameterizedTest
  @EnumSource(Language.class)
  void everyLanguageHasASentenceForEveryOutcome(Language language) {
    for (Figures figures :
        List.of(figures(1_000, 500, 500), figures(10, 10, 100), figures(10, 100, 10))) {
      for (Sizes sizes : List.of(TWO_WORKERS, new Sizes(10, 1000, 1000, 1))) {
        for (int cores = 1; cores <= 2; cores++) {
          Machine machine = new Machine(cores, 1L << 30, "system", "jdk");
          List<String> said = Wording.in(language).conclusions(figures, sizes, machine);
          assertEquals(sizes.concurrency() == 1 ? 2 : 3, said.size());
          assertFalse(said.stream().anyMatch(String::isBlank));
        }
      }
    }
  }

  private static List<String> english(Figures figures, Sizes sizes, Machine machine) {
    return Wording.in(Language.EN).conclusions(figures, sizes, machine);
  }

  private static Figures figures(long serialMillis, long threadsMillis, long processesMillis) {
    Figures figures = new Figures();
    for (TaskKind task : TaskKind.values()) {
      figures.put(task, PoolKind.SERIAL, Duration.ofMillis(serialMillis));
      figures.put(task, PoolKind.THREADS, Duration.ofMillis(threadsMillis));
      figures.put(task, PoolKind.PROCESSES, Duration.ofMillis(processesMillis));
    }
    return figures;
  }
}
