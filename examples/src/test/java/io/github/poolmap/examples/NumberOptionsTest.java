package io.github.poolmap.examples;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class NumberOptionsTest {

  @ParameterizedTest
  @CsvSource({
    "io-vs-cpu, --tasks, 0, 0 is out of range: allowed are 1 to 10000",
    "io-vs-cpu, --tasks, 10001, 10001 is out of range: allowed are 1 to 10000",
    "io-vs-cpu, --io-millis, -1, -1 is out of range: allowed are 0 to 3600000",
    "io-vs-cpu, --n, 99999999999, 99999999999 is out of range: allowed are 1 to 1000000000",
    "io-vs-cpu, --n, 0, 0 is out of range: allowed are 1 to 1000000000",
    "io-vs-cpu, --workers, 1025, 1025 is out of range: allowed are 1 to 1024",
    "io-vs-cpu, --workers, 1.5, '''1.5'' is not a whole number: allowed are 1 to 1024'",
    "jar-census, --workers, 0, 0 is out of range: allowed are 1 to 1024",
    "crash-containment, --tasks, 0, 0 is out of range: allowed are 1 to 1000000",
    "crash-containment, --heap-mb, 8, 8 is out of range: allowed are 32 to 1024",
    "crash-containment, --task-timeout-millis, 0, 0 is out of range: allowed are 200 to 60000",
    "crash-containment, --workers, 0, 0 is out of range: allowed are 1 to 1024",
    "start-strategies, --rounds, 0, 0 is out of range: allowed are 1 to 1000",
    "start-strategies, --pause-millis, -1, -1 is out of range: allowed are 0 to 60000",
    "shared-matrix, --megabytes, 1501, 1501 is out of range: allowed are 1 to 1500",
    "shared-matrix, --filters, 0, 0 is out of range: allowed are 1 to 10000",
    "shared-matrix, --sent-tasks, -1, -1 is out of range: allowed are 0 to 100",
    "shared-matrix, --workers, 0, 0 is out of range: allowed are 1 to 1024",
    "log-search, --megabytes, 0, 0 is out of range: allowed are 1 to 100000000",
    "log-search, --limit, 0, 0 is out of range: allowed are 1 to 1000000000",
    "log-search, --workers, x, '''x'' is not a whole number: allowed are 1 to 1024'"
  })
  void aBadOneIsRefusedWithOptionValueAndRange(
      String example, String option, String value, String sentence) {
    CommandRun.refuses(
        "Invalid value for option '" + option + "': " + sentence, example, option + "=" + value);
  }
}
