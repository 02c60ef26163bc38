package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Also where the clock passes zero, and where it overflows. */
class WorkerClockTest {

  @ParameterizedTest
  @ValueSource(longs = {7_000, -500, Long.MAX_VALUE - 500})
  void anAnswerBetweenQuestionAndArrivalIsByTheSameClock(long asked) {
    long arrived = asked + 1_000;
    assertThat(WorkerClock.offset(asked, asked, arrived)).isZero();
    assertThat(WorkerClock.offset(asked, asked + 700, arrived)).isZero();
    assertThat(WorkerClock.offset(asked, arrived, arrived)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {7_000, -500, Long.MAX_VALUE - 500})
  void anyOtherClockIsSetToTheArrival(long asked) {
    long arrived = asked + 1_000;
    assertThat(WorkerClock.offset(asked, asked - 1, arrived)).isEqualTo(1_001);
    assertThat(WorkerClock.offset(asked, arrived + 1, arrived)).isEqualTo(-1);
    assertThat(WorkerClock.offset(asked, 987_654_321, arrived)).isEqualTo(arrived - 987_654_321);
  }
}
