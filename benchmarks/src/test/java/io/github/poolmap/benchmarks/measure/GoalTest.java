package io.github.poolmap.benchmarks.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class GoalTest {

  @Test
  void aRatioIsBoundFromAbove() {
    Goal goal = Goal.atMostTimes(2.5);
    assertEquals(true, goal.isMet(1, 2.5));
    assertEquals(false, goal.isMet(1, 2.51));
    assertEquals("<= 2.50 x", goal.format(Unit.TIME));
  }

  @Test
  void speedIsTheOppositeOfARatio() {
    Goal goal = Goal.timesFaster(4);
    assertEquals(true, goal.isMet(1, 0.25));
    assertEquals(false, goal.isMet(1, 0.26));
    assertEquals("<= 0.250 x (4 x faster)", goal.format(Unit.TIME));
  }

  @Test
  void aFigureNeedsNoPeer() {
    Goal goal = Goal.atMost(9e-6);
    assertEquals(true, goal.isMet(9e-6, null));
    assertEquals(false, goal.isMet(10e-6, null));
    assertEquals("<= 9.00 us", goal.format(Unit.TIME));
  }

  @Test
  void aRateIsBoundFromBelow() {
    Goal goal = Goal.gigabytesPerSecond(1.5);
    assertEquals(true, goal.isMet(1e-9 / 1.6, null));
    assertEquals(false, goal.isMet(1e-9 / 1.4, null));
    assertEquals(">= 1.50 GB/s", goal.format(Unit.RATE));
  }

  @Test
  void withoutThePeerNobodyKnows() {
    assertNull(Goal.atMostTimes(1).isMet(1, null));
    assertNull(Goal.timesFaster(1).isMet(1, null));
  }
}
