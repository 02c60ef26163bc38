package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PauseMeterTest {

  @ParameterizedTest(name = "began after {0}, took {1}, computed {2}, queued {3}: paused {4}")
  @CsvSource({
    "0, 100, 100, 0, 0",
    "0, 100, 30, 0, 70",
    "0, 100, 30, 50, 20",
    // It waited for a processor to begin, and paused then.
    "50, 100, 30, 50, 70",
    "50, 100, 30, 60, 60",
    // Part of the time until it began the chunk was on its way.
    "50, 100, 30, 20, 70",
    // It has not been charged for all of its work, or for some before and behind it.
    "5, 100, 97, 20, 0",
    "5, 100, 120, 0, 0"
  })
  void pauseIsWhatIsLeftOfTheTimeOfTheWorker(
      long begin, long worker, long computed, long queued, long paused) {
    assertThat(PauseMeter.pause(begin, worker, computed, queued)).isEqualTo(paused);
  }
}
