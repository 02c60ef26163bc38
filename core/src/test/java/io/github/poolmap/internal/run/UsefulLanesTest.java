package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsefulLanesTest {

  private static final long MILLI = 1_000_000;
  private static final String FUNCTION = "a function";

  private final UsefulLanes useful = new UsefulLanes(2);

  private void report(int chunks, int items, long computedNanos, long pausedNanos) {
    for (int i = 0; i < chunks; i++) {
      useful.report(FUNCTION, items, computedNanos, pausedNanos);
    }
  }

  @Test
  void allAreOfUseToWhatIsNotKnown() {
    assertThat(useful.of(FUNCTION)).isEqualTo(UsefulLanes.ALL);
    report(3, 1, MILLI, 0);
    assertThat(useful.of(FUNCTION)).isEqualTo(UsefulLanes.ALL);
    useful.report("another", 1, MILLI, 0);
    assertThat(useful.of(FUNCTION)).isEqualTo(UsefulLanes.ALL);
  }

  @ParameterizedTest(name = "computing {0} us, pausing {1} us: {2}")
  @CsvSource({
    "1000, 0, 4",
    "1000, 100, 4",
    "1000, 1000, 8",
    "1000, 9000, 40",
    "10, 10000, 4004",
    "19000, 0, 4",
    // Those are long.
    "20000, 0, 2147483647",
    "1000, 20000, 2147483647"
  })
  void asManyAreOfUseAsKeepTheProcessorsBusyTwice(long computed, long paused, int lanes) {
    report(10, 1, 1000 * computed, 1000 * paused);
    assertThat(useful.of(FUNCTION)).isEqualTo(lanes);
  }

  @Test
  void taskIsWhatCountsAndNotItsChunk() {
    report(10, 50, 50 * MILLI, 0);
    assertThat(useful.of(FUNCTION)).isEqualTo(4);
  }

  @Test
  void tasksThatBeginToPauseAreNoticedWithinAFewChunks() {
    report(1000, 1, MILLI, 0);
    report(4, 1, MILLI, 10 * MILLI);
    assertThat(useful.of(FUNCTION)).isGreaterThan(16);
  }

  @Test
  void tasksThatPauseNoMoreAreNoticedToo() {
    report(1000, 1, MILLI, 10 * MILLI);
    report(50, 1, MILLI, 0);
    assertThat(useful.of(FUNCTION)).isEqualTo(4);
  }

  @Test
  void itTakesLongChunksToKnowAFunction() {
    assertThat(useful.claimed(FUNCTION, ItemCost.UNKNOWN, true)).isFalse();
    assertThat(useful.claimed(FUNCTION, MILLI / 10, true)).isFalse();
    assertThat(useful.claimed(FUNCTION, MILLI, false)).isFalse();
    assertThat(useful.claimed(FUNCTION, MILLI, true)).isTrue();
    assertThat(useful.isMeasureDue(FUNCTION)).isFalse();
  }

  /** Returns how many of a hundred chunks of a function that is known are measured. */
  private int measured(long nanos) {
    report(100, 1, MILLI, 0);
    int measured = 0;
    for (int chunk = 0; chunk < 100; chunk++) {
      measured += useful.claimed(FUNCTION, nanos, true) ? 1 : 0;
    }
    return measured;
  }

  @Test
  void onceAFunctionIsKnownSomeOfItsChunksAreMeasuredHoweverShort() {
    assertThat(measured(MILLI)).isEqualTo(25);
    assertThat(measured(MILLI / 10)).isEqualTo(2);
    assertThat(measured(100 * MILLI)).isEqualTo(100);
  }

  @Test
  void measureIsDueIfNoChunkCouldBeMeasuredForSomeTime() {
    report(100, 1, MILLI, 0);
    for (int chunk = 0; chunk < 4; chunk++) {
      assertThat(useful.isMeasureDue(FUNCTION)).isFalse();
      assertThat(useful.claimed(FUNCTION, MILLI, false)).isFalse();
    }
    assertThat(useful.isMeasureDue(FUNCTION)).isTrue();
    assertThat(useful.claimed(FUNCTION, MILLI, false)).isFalse();
    assertThat(useful.claimed(FUNCTION, MILLI / 10, true)).isTrue();
    assertThat(useful.isMeasureDue(FUNCTION)).isFalse();
  }

  @Test
  void functionsOfLongAgoAreForgotten() {
    report(100, 1, MILLI, 0);
    for (int other = 0; other < 100; other++) {
      useful.report("function " + other, 1, MILLI, 0);
    }
    assertThat(useful.of(FUNCTION)).isEqualTo(UsefulLanes.ALL);
  }

  @Test
  void twoLanesACoreAreOfUseToTasksThatCompute() {
    report(100, 1, MILLI, 0);
    assertThat(UsefulLanes.toComputing(2)).isEqualTo(4).isEqualTo(useful.of(FUNCTION));
  }
}
