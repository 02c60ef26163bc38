package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.internal.wire.Started;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Also where the clock passes zero, and where it overflows. */
class WorkerClockTest {

  private static final int QUESTION = 300;
  private static final int WORK = 1_000_000;
  private static final int ANSWER = 200;

  /**
   * Asks a worker whose clock is ahead by so much.
   *
   * @param asked when, by the own clock
   */
  private static long offset(long asked, long ahead) {
    long heard = asked + QUESTION + ahead;
    Started answer = new Started(heard, heard + WORK, null, false, 0);
    return WorkerClock.offset(asked, answer, asked + QUESTION + WORK + ANSWER);
  }

  @ParameterizedTest
  @ValueSource(longs = {7_000, -500, Long.MAX_VALUE - 500})
  void theSameClockIsTakenForIt(long asked) {
    assertThat(offset(asked, 0)).isZero();
  }

  /** Not even if it is behind by less than the worker's initializer took. */
  @ParameterizedTest
  @ValueSource(longs = {7_000, -500, Long.MAX_VALUE - 500})
  void anyOtherClockIsSetToTheArrival(long asked) {
    for (long ahead : new long[] {-QUESTION - 1, -WORK, ANSWER + 1, WORK, Long.MIN_VALUE / 3}) {
      assertThat(offset(asked, ahead)).isEqualTo(ANSWER - ahead);
    }
  }

  /** That is too little to matter, and to be told. */
  @ParameterizedTest
  @ValueSource(longs = {7_000, -500, Long.MAX_VALUE - 500})
  void whatIsLessThanAMessageTakesIsNoDifference(long asked) {
    assertThat(offset(asked, -QUESTION)).isZero();
    assertThat(offset(asked, ANSWER)).isZero();
  }
}
