package io.github.poolmap.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeDeltaTest {

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0:00:00.000",
    "PT0.0004S, 0:00:00.000",
    "PT0.0005S, 0:00:00.001",
    "PT10.007S, 0:00:10.007",
    "PT59.9996S, 0:01:00.000",
    "PT1H2M3.004S, 1:02:03.004",
    "PT26H, 26:00:00.000"
  })
  void writesHoursMinutesSecondsAndMilliseconds(Duration duration, String text) {
    assertEquals(text, TimeDelta.format(duration));
  }
}
