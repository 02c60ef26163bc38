package io.github.poolmap.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeastTimeTest {

  @ParameterizedTest
  @CsvSource({
    "20 ns, PT0.00000002S",
    "20ns, PT0.00000002S",
    "30 us, PT0.00003S",
    "2ms, PT0.002S",
    "2  ms, PT0.002S",
    "50 s, PT50S",
    "50s, PT50S",
    "3m, PT3M",
    "2 h, PT2H",
    "1d, P1D",
    "0, PT0S"
  })
  void isReadAsFlightRecorderReadsDurations(String text, Duration duration) {
    assertThat(LeastTime.parse(text)).isEqualTo(duration.toNanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ms", "two s", "2 weeks", "2 m s", "99999999999999999999 s"})
  void whatCannotBeReadIsTheDefault(String text) {
    assertThat(LeastTime.parse(text)).isEqualTo(10_000_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"infinity", "999999999999999999 d"})
  void whatIsLongerThanAnythingIsNever(String text) {
    LeastTime setting = new LeastTime();
    setting.setValue(text);
    assertThat(setting.nanos()).isEqualTo(Long.MAX_VALUE);
    assertThat(setting.combine(Set.of(text, "5s"))).isEqualTo("5s");
  }
}
