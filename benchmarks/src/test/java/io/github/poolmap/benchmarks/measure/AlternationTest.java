package io.github.poolmap.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlternationTest {

  private static final Settings SETTINGS = new Settings(false, 0, -1, null, "none here");

  private final StringBuilder runs = new StringBuilder();
  private final Lineup lineup = new Lineup(SETTINGS);

  @Test
  void theContendersTakeTurnsAtBeginning() throws Exception {
    lineup.add(runner("a")).add(runner("b")).add(runner("c"));
    new Alternation(0, 4).measure(lineup);
    assertEquals("abc" + "bca" + "cab" + "abc", runs.toString());
  }

  @Test
  void warmUpRoundsDoNotCount() throws Exception {
    lineup.add(runner("a")).add(runner("b"));
    StageResult result = new Alternation(2, 1).measure(lineup);
    assertEquals("abbaab", runs.toString());
    // Each gives the number of runs so far.
    assertEquals(Map.of("a", List.of(5.0), "b", List.of(6.0)), result.series());
  }

  @Test
  void wrongResultsAreNoResult() {
    lineup.add(Contender.timed("a", 1, () -> 1, result -> result == 2));
    WrongResultException e =
        assertThrows(WrongResultException.class, () -> new Alternation(0, 1).measure(lineup));
    assertEquals("wrong results of a", e.getMessage());
  }

  @Test
  void aPeerThatFailsLeavesTheOthersAlone() throws Exception {
    lineup.add(runner("a")).add(runner("b"));
    lineup.add(
        new Contender() {
          @Override
          public String name() {
            return "f";
          }

          @Override
          public Map<String, Double> measure() throws PeerFailedException {
            if (runs.length() > 3) {
              throw new PeerFailedException("f has ended");
            }
            return Map.of("f", 1.0);
          }
        });
    lineup.line("f", "a", "f", Unit.TIME, Goal.atMostTimes(1));
    StageResult result = new Alternation(0, 3).measure(lineup);
    assertEquals(Map.of("f", "f has ended"), result.skipped());
    assertFalse(result.series().containsKey("f"));
    assertEquals(3, result.series().get("a").size());
    assertNull(result.isMet(result.lines().get(0)));
  }

  @Test
  void theUnitsDivideTheTime() throws Exception {
    Contender contender =
        Contender.timed(
            "a",
            1e12,
            () -> {
              Thread.onSpinWait();
              return 1;
            },
            result -> true);
    double seconds = contender.measure().get("a");
    assertTrue(seconds > 0 && seconds < 1e-9, () -> "seconds: " + seconds);
  }

  private Contender runner(String name) {
    return new Contender() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Map<String, Double> measure() {
        runs.append(name);
        return Map.of(name, (double) runs.length());
      }
    };
  }
}
