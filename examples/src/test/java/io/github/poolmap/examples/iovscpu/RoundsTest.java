package io.github.poolmap.examples.iovscpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RoundsTest {

  @Test
  void oneDisturbedRoundDecidesNothing() {
    Rounds rounds = new Rounds();
    rounds.add(2, 1, 1.02, 1.08);
    rounds.add(2, 1, 5, 6);
    rounds.add(2, 1, 1.01, 1.09);
    assertEquals(1.02, rounds.medianOfRatios(Contender.THREADS, Contender.HAND_WRITTEN));
    assertTrue(new Goal(Contender.THREADS, 1.05).isMet(rounds));
    assertTrue(new Goal(Contender.PROCESSES, 1.1).isMet(rounds));
    assertFalse(new Goal(Contender.PROCESSES, 1.05).isMet(rounds));
  }

  @Test
  void aGoalHasToBeMetBothWays() {
    Rounds rounds = new Rounds();
    rounds.add(2, 1, 1, 1);
    rounds.add(2, 2, 3, 3);
    rounds.add(2, 3, 3.1, 3.1);
    Goal goal = new Goal(Contender.THREADS, 1.05);
    assertTrue(rounds.medianOfRatios(Contender.THREADS, Contender.HAND_WRITTEN) <= 1.05);
    assertEquals(1.5, rounds.ratioOfMedians(Contender.THREADS, Contender.HAND_WRITTEN));
    assertFalse(goal.isMet(rounds));
    assertTrue(goal.verdict(rounds).endsWith("goal at most 1.05: MISSED"));
  }
}
