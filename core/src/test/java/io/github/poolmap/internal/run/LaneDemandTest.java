package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LaneDemandTest {

  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;
  private static final long START = 200 * MILLI;
  private static final String FUNCTION = "a function";

  private long now = -5 * SECOND;
  private final LaneDemand demand = new LaneDemand(2, () -> now);
  private final ItemCost cost = new ItemCost();

  private LaneDemand.Look look() {
    return demand.look(START);
  }

  private void sleep(long millis) {
    now += millis * MILLI;
  }

  private LaneDemand.Look waiting(LaneDemand.Look look, int items) {
    look.waiting(FUNCTION, cost, items, false);
    return look;
  }

  /** A look at one lane that has been at its chunk for so long, and items that wait. */
  private LaneDemand.Look oneLaneAt(long ageMillis, long expected, int items) {
    LaneDemand.Look look = look();
    look.working(now - ageMillis * MILLI, expected);
    return waiting(look, items);
  }

  private static ItemCost costOf(int items, long itemNanos) {
    ItemCost known = new ItemCost();
    known.report(items, items * itemNanos, false);
    return known;
  }

  @Test
  void theFirstLaneStartsAtOnceAndAlone() {
    assertThat(waiting(look(), 100).starts(64)).isEqualTo(1);
  }

  @Test
  void nothingElseIsStartedWhileTheFirstOneBoots() {
    LaneDemand.Look look = look();
    look.starting(now - 150 * MILLI);
    assertThat(waiting(look, 100_000).starts(64)).isZero();
  }

  @Test
  void aCallThatIsOverSoonGetsNoMoreLanes() {
    cost.report(10, 10 * MILLI, false);
    assertThat(oneLaneAt(1, MILLI, 150).starts(64)).isZero();
  }

  @Test
  void aLongCallGetsTheLanesThatPay() {
    cost.report(1, SECOND, false);
    assertThat(oneLaneAt(1, SECOND, 100).starts(3)).isEqualTo(3);
    // Two lanes would need as long as a start for what is left.
    cost.report(1, SECOND, false);
    assertThat(oneLaneAt(900, SECOND, 1).starts(1)).isEqualTo(1);
  }

  @Test
  void oneMoreHasToPayForEachOfThem() {
    LaneDemand manyCores = new LaneDemand(64, () -> now);
    cost.report(10, 100 * MILLI, false);
    LaneDemand.Look one = manyCores.look(START);
    one.working(now, 10 * MILLI);
    // 450 ms are left: with a second lane it is 225 ms, with a third one less than a start.
    assertThat(waiting(one, 45).starts(64)).isEqualTo(2);
    LaneDemand.Look two = manyCores.look(START);
    two.working(now, 10 * MILLI);
    two.working(now, 10 * MILLI);
    assertThat(waiting(two, 35).starts(64)).isZero();
  }

  @Test
  void beyondOneLaneACoreMoreHasToSpeakForAnother() {
    cost.report(100, 1000 * MILLI, false);
    assertThat(oneLaneAt(1, 10 * MILLI, 90).starts(64)).isEqualTo(1);
    assertThat(oneLaneAt(1, 10 * MILLI, 200).starts(64)).isEqualTo(2);
  }

  @Test
  void startsThatCompeteForTheCoresPayLess() {
    cost.report(1000, 1000 * MILLI, false);
    LaneDemand oneCore = new LaneDemand(1, () -> now);
    LaneDemand.Look look = oneCore.look(START);
    look.working(now, MILLI);
    // What is left for two lanes, 850 ms, is more than four starts, but not more than those of two
    // that have to share the core.
    assertThat(waiting(look, 1700).starts(64)).isEqualTo(1);
  }

  @Test
  void notAllStartAtTheSameMoment() {
    cost.report(1, 10 * SECOND, false);
    assertThat(oneLaneAt(1, 10 * SECOND, 1000).starts(64)).isEqualTo(4);
    LaneDemand.Look later = look();
    for (int i = 0; i < 4; i++) {
      later.starting(now - 100 * MILLI);
    }
    assertThat(waiting(later, 1000).starts(60)).isZero();
    LaneDemand.Look whenTheyAreOld = look();
    for (int i = 0; i < 4; i++) {
      whenTheyAreOld.starting(now - 600 * MILLI);
    }
    assertThat(waiting(whenTheyAreOld, 1000).starts(60)).isEqualTo(4);
  }

  @Test
  void fewSlowItemsAtTheBeginningSayLittleAboutManyOthers() {
    cost.report(1, 2 * MILLI, false);
    cost.report(1, 2 * MILLI, false);
    assertThat(oneLaneAt(0, 2 * MILLI, 100_000).starts(64)).isZero();
  }

  @Test
  void theFirstItemOfAWorkerSaysNothingUnlessItIsLong() {
    cost.report(1, 80 * MILLI, true);
    assertThat(cost.itemNanos()).isEqualTo(ItemCost.UNKNOWN);
    assertThat(oneLaneAt(0, 0, 100).starts(64)).isZero();
    cost.report(1, 10 * SECOND, true);
    assertThat(oneLaneAt(0, 10 * SECOND, 11).starts(3)).isEqualTo(3);
  }

  @Test
  void itemsThatDoNotEndGetMoreLanesWithoutBeingWaitedFor() {
    assertThat(oneLaneAt(10, 0, 11).starts(3)).isZero();
    assertThat(oneLaneAt(50, 0, 11).starts(3)).isEqualTo(1);
    sleep(20);
    LaneDemand.Look next = look();
    next.working(now - 70 * MILLI, 0);
    next.starting(now - 20 * MILLI);
    assertThat(waiting(next, 10).starts(2)).isEqualTo(2);
  }

  @Test
  void itemsThatWaitForOneAnotherAllGetALane() {
    int lanes = 1;
    for (int looks = 0; lanes < 64 && looks < 200; looks++) {
      sleep(100);
      LaneDemand.Look look = look();
      for (int i = 0; i < lanes; i++) {
        look.working(now - 100 * MILLI, 0);
      }
      lanes += waiting(look, 64 - lanes).starts(64 - lanes);
    }
    assertThat(lanes).isEqualTo(64);
  }

  @Test
  void anItemThatTakesLongerThanAllBeforeItIsNotTakenForOneOfThem() {
    cost.report(1000, 1000 * MILLI, false);
    assertThat(oneLaneAt(1, MILLI, 1).starts(1)).isZero();
    assertThat(oneLaneAt(60, MILLI, 1).starts(1)).isEqualTo(1);
  }

  @Test
  void anItemThatIsKnownToBeSlowIsNoSilence() {
    cost.report(10, 10 * 150 * MILLI, false);
    assertThat(oneLaneAt(120, 150 * MILLI, 1).starts(1)).isZero();
  }

  @Test
  void oneLaneThatGetsOnIsNoSilence() {
    LaneDemand.Look look = look();
    look.working(now - 60 * SECOND, 0);
    look.working(now - MILLI, 0);
    assertThat(waiting(look, 1).starts(2)).isZero();
  }

  @Test
  void anItemBesideLanesThatAreTakenForLongGetsOneOfItsOwn() {
    LaneDemand.Look known = look();
    known.working(now, 10 * SECOND);
    known.working(now, 12 * SECOND);
    assertThat(waiting(known, 1).starts(1)).isEqualTo(1);
    LaneDemand.Look unknown = look();
    unknown.working(now - 3 * SECOND, 0);
    assertThat(waiting(unknown, 1).starts(1)).isEqualTo(1);
    LaneDemand.Look soonFree = look();
    soonFree.working(now, 10 * SECOND);
    soonFree.idle();
    assertThat(waiting(soonFree, 1).starts(1)).isZero();
  }

  @Test
  void whatAFunctionTookBeforeCountsFromTheBeginning() {
    demand.ended(FUNCTION, costOf(10, SECOND));
    assertThat(waiting(look(), 12).starts(4)).isEqualTo(4);
    LaneDemand.Look other = look();
    other.waiting("another function", new ItemCost(), 12, false);
    assertThat(other.starts(4)).isEqualTo(1);
  }

  @Test
  void anInputThatGoesOnIsTakenToGoOnForAsLongAgain() {
    cost.report(10, 10 * MILLI, false);
    LaneDemand.Look soon = look();
    soon.working(now, MILLI);
    soon.waiting(FUNCTION, cost, 16, true);
    assertThat(soon.starts(3)).isZero();
    cost.report(300, 300 * MILLI, false);
    LaneDemand.Look later = look();
    later.working(now, MILLI);
    later.waiting(FUNCTION, cost, 16, true);
    assertThat(later.starts(3)).isEqualTo(1);
  }

  @Test
  void callsThatHaveWaitedForOneAnotherForLongAreFollowedByOthers() {
    assertThat(oneLaneAt(0, 0, 7).starts(3)).isZero();
    for (int i = 0; i < 50; i++) {
      demand.ended(FUNCTION, costOf(1, 10 * MILLI));
    }
    assertThat(oneLaneAt(0, 0, 7).starts(3)).isEqualTo(1);
    demand.satisfied();
    assertThat(oneLaneAt(0, 0, 7).starts(3)).isZero();
  }

  @Test
  void aStartThatHangsIsNotWaitedForByTheOthers() {
    LaneDemand.Look look = look();
    look.starting(now - Duration.ofSeconds(3).toNanos());
    assertThat(waiting(look, 5).starts(3)).isEqualTo(1);
  }

  @Test
  void moreFunctionsThanCanBeRememberedAreNoHarm() {
    for (int i = 0; i < 1000; i++) {
      demand.ended("function " + i, costOf(1, SECOND));
    }
    assertThat(demand.itemNanos("function 0", cost)).isEqualTo(ItemCost.UNKNOWN);
    assertThat(demand.itemNanos("function 999", cost)).isEqualTo(SECOND);
  }
}
