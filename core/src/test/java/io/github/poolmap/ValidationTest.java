package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Options out of range are refused where they are set, by name, value and range. */
class ValidationTest {

  private static Arguments refused(String what, ThrowingCallable call, String... said) {
    return Arguments.of(Named.of(what, call), said);
  }

  static Stream<Arguments> outOfRange() {
    MapOptions options = MapOptions.defaults();
    return Stream.of(
        refused("no chunk", () -> options.chunkSize(0), "chunkSize = 0", "1 to 1048576"),
        refused("negative chunk", () -> options.chunkSize(-5), "chunkSize = -5", "1 to 1048576"),
        refused("large chunk", () -> options.chunkSize(1_048_577), "chunkSize = 1048577", "1 to"),
        refused("no label", () -> options.progress(" "), "progress = \" \"", "1 to 100 characters"),
        refused(
            "label with a control character",
            () -> options.progress("a\tb"),
            "progress = ",
            "no control characters"),
        refused("long label", () -> options.progress("x".repeat(101)), "progress = ", "1 to 100"),
        refused(
            "negative grace",
            () -> options.gracePeriod(Duration.ofMillis(-1)),
            "gracePeriod = PT-0.001S",
            "PT0S to PT24H"),
        refused(
            "long grace",
            () -> options.gracePeriod(Duration.ofDays(2)),
            "gracePeriod = PT48H",
            "PT0S to PT24H"),
        refused(
            "no time for tasks",
            () -> options.taskTimeout(Duration.ZERO),
            "taskTimeout = PT0S",
            "more than zero, up to PT8760H"),
        refused(
            "negative time for tasks",
            () -> options.taskTimeout(Duration.ofNanos(-1)),
            "taskTimeout = PT-0.000000001S",
            "more than zero, up to PT8760H"),
        refused(
            "long time for tasks",
            () -> options.taskTimeout(Duration.ofDays(366)),
            "taskTimeout = PT8784H",
            "more than zero, up to PT8760H"),
        refused(
            "no time for calls",
            () -> options.callTimeout(Duration.ZERO),
            "callTimeout = PT0S",
            "more than zero, up to PT8760H"),
        refused(
            "negative time for calls",
            () -> options.callTimeout(Duration.ofSeconds(-3)),
            "callTimeout = PT-3S",
            "more than zero, up to PT8760H"),
        refused(
            "endless time for calls",
            () -> options.callTimeout(Duration.ofSeconds(Long.MAX_VALUE)),
            "callTimeout = PT",
            "more than zero, up to PT8760H"),
        refused("negative retries", () -> options.retries(-1), "retries = -1", "0 to 1000"),
        refused("many retries", () -> options.retries(1001), "retries = 1001", "0 to 1000"),
        refused(
            "negative backoff",
            () -> options.retryBackoff(Duration.ofMillis(-1)),
            "retryBackoff = PT-0.001S",
            "PT0S to PT24H"),
        refused(
            "long backoff",
            () -> options.retryBackoff(Duration.ofDays(2)),
            "retryBackoff = PT48H",
            "PT0S to PT24H"),
        refused("nothing in flight", () -> options.maxInFlight(0), "maxInFlight = 0", "1 and more"),
        refused("less in flight", () -> options.maxInFlight(-7), "maxInFlight = -7", "1 and more"),
        refused(
            "no bytes", () -> options.maxBytesInFlight(0), "maxBytesInFlight = 0", "1 and more"),
        refused(
            "negative bytes",
            () -> options.maxBytesInFlight(Long.MIN_VALUE),
            "maxBytesInFlight = " + Long.MIN_VALUE,
            "1 and more"),
        refused(
            "bytes of threads",
            () -> ThreadPool.builder().options(o -> o.maxBytesInFlight(5)).build(),
            "maxBytesInFlight = 5 is not allowed for THREADS",
            "maxInFlight"),
        refused(
            "bytes of the caller",
            () -> SerialPool.builder().options(o -> o.maxBytesInFlight(5)).build(),
            "maxBytesInFlight = 5 is not allowed for SERIAL",
            "maxInFlight"),
        refused("no threads", () -> ThreadPool.builder().workers(0), "workers = 0", "1 to 10000"),
        refused(
            "many threads", () -> ThreadPool.builder().workers(10_001), "workers = 10001", "10000"),
        refused("no processes", () -> ProcessPool.builder().workers(0), "workers = 0", "1 to 1024"),
        refused(
            "many processes", () -> ProcessPool.builder().workers(1025), "workers = 1025", "1024"),
        refused("two callers", () -> SerialPool.builder().workers(2), "workers = 2", "1"),
        refused("no default", () -> Pools.builder().workers(0), "workers = 0", "1 to 1024"),
        refused("bad name", () -> ThreadPool.builder().name("a b"), "name = \"a b\"", "1 to 60"),
        refused("no name", () -> ThreadPool.builder().name(""), "name = \"\"", "1 to 60"),
        refused(
            "small heap", () -> ProcessPool.builder().maxHeap(1000), "maxHeap = 1000", "8388608"),
        refused(
            "no start",
            () -> ProcessPool.builder().startTimeout(Duration.ZERO),
            "startTimeout = PT0S",
            "PT1H"),
        refused(
            "long idleness",
            () -> ProcessPool.builder().idleTimeout(Duration.ofDays(2)),
            "idleTimeout = PT48H",
            "PT24H"),
        refused(
            "no directory",
            () -> ProcessPool.builder().workingDirectory(Path.of("no-such-directory")),
            "workingDirectory = no-such-directory"),
        refused(
            "no java",
            () -> ProcessPool.builder().javaHome(Path.of("no-such-jdk")),
            "javaHome = no-such-jdk",
            "java"),
        refused("no option", () -> ProcessPool.builder().jvmArgs("Main"), "jvmArgs", "Main"),
        refused("class path", () -> ProcessPool.builder().jvmArgs("-cp"), "-cp", "classPath("),
        refused("empty class path", () -> ProcessPool.builder().classPath(List.of()), "classPath"),
        refused(
            "fallback to itself",
            () -> Pools.builder().processFallback(PoolKind.PROCESSES),
            "processFallback = PROCESSES",
            "THREADS and SERIAL"));
  }

  @ParameterizedTest
  @MethodSource("outOfRange")
  void messagesNameOptionValueAndRange(ThrowingCallable call, String... said) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContainingAll(said);
  }

  static Stream<Named<ThrowingCallable>> nulls() {
    return Stream.of(
        Named.of("name", () -> ThreadPool.builder().name(null)),
        Named.of("options", () -> ThreadPool.builder().options(null)),
        Named.of("options of null", () -> ThreadPool.builder().options(o -> null)),
        Named.of("strategy", () -> ProcessPool.builder().startStrategy(null)),
        Named.of("args", () -> ProcessPool.builder().jvmArgs((String[]) null)),
        Named.of("an arg", () -> ProcessPool.builder().jvmArgs("-Da=b", null)),
        Named.of("class path", () -> ProcessPool.builder().classPath(null)),
        Named.of("environment", () -> ProcessPool.builder().environment(null)),
        Named.of("directory", () -> ProcessPool.builder().workingDirectory(null)),
        Named.of("home", () -> ProcessPool.builder().javaHome(null)),
        Named.of("start", () -> ProcessPool.builder().startTimeout(null)),
        Named.of("idle", () -> ProcessPool.builder().idleTimeout(null)),
        Named.of("fallback", () -> Pools.builder().processFallback(null)),
        Named.of("grace", () -> MapOptions.defaults().gracePeriod(null)),
        Named.of("time of tasks", () -> MapOptions.defaults().taskTimeout(null)),
        Named.of("time of calls", () -> MapOptions.defaults().callTimeout(null)),
        Named.of("predicate", () -> MapOptions.defaults().retryOn(null)),
        Named.of("backoff", () -> MapOptions.defaults().retryBackoff(null)));
  }

  @ParameterizedTest
  @MethodSource("nulls")
  void nullsAreRefused(ThrowingCallable call) {
    assertThatNullPointerException().isThrownBy(call);
  }

  @Test
  void theLimitsThemselvesAreAllowed() {
    MapOptions options =
        MapOptions.defaults().chunkSize(1).chunkSize(1 << 20).gracePeriod(Duration.ZERO);
    assertThat(options.chunkSize()).hasValue(1 << 20);
    assertThat(options.gracePeriod(Duration.ofDays(1)).gracePeriod()).isEqualTo(Duration.ofDays(1));
    Duration year = Duration.ofDays(365);
    assertThat(options.taskTimeout(Duration.ofNanos(1)).taskTimeout())
        .hasValue(Duration.ofNanos(1));
    assertThat(options.taskTimeout(year).taskTimeout()).hasValue(year);
    assertThat(options.callTimeout(Duration.ofNanos(1)).callTimeout())
        .hasValue(Duration.ofNanos(1));
    assertThat(options.callTimeout(year).callTimeout()).hasValue(year);
    assertThat(options.retries(0).retries()).isZero();
    assertThat(options.retries(1000).retries()).isEqualTo(1000);
    assertThat(options.retryBackoff(Duration.ZERO).retryBackoff()).isZero();
    assertThat(options.retryBackoff(Duration.ofDays(1)).retryBackoff())
        .isEqualTo(Duration.ofDays(1));
    assertThat(options.maxInFlight(1).maxInFlight()).hasValue(1);
    assertThat(options.maxInFlight(Integer.MAX_VALUE).maxInFlight()).hasValue(Integer.MAX_VALUE);
    assertThat(options.maxBytesInFlight(1).maxBytesInFlight()).hasValue(1);
    assertThat(options.maxBytesInFlight(Long.MAX_VALUE).maxBytesInFlight())
        .hasValue(Long.MAX_VALUE);
    assertThat(ThreadPool.builder().workers(10_000).build().workers()).isEqualTo(10_000);
    assertThat(ProcessPool.builder().workers(1024).environment(Map.of()).build().workers())
        .isEqualTo(1024);
    assertThat(SerialPool.builder().workers(1).build().workers()).isEqualTo(1);
  }

  @Test
  void optionsAreValues() {
    MapOptions defaults = MapOptions.defaults();
    assertThat(defaults.chunkSize()).isEmpty();
    assertThat(defaults.gracePeriod()).isEqualTo(Duration.ofSeconds(1));
    MapOptions changed = defaults.chunkSize(3);
    assertThat(changed)
        .isNotEqualTo(defaults)
        .isEqualTo(MapOptions.defaults().chunkSize(3))
        .hasSameHashCodeAs(MapOptions.defaults().chunkSize(3))
        .asString()
        .startsWith("MapOptions[chunkSize=3, ");
    assertThat(defaults).asString().startsWith("MapOptions[chunkSize=adaptive, ");
    assertThat(defaults.chunkSize()).as("the original is unchanged").isEmpty();
  }

  @Test
  void byDefaultThereAreNoLimitsNoRetriesAndNoBounds() {
    MapOptions defaults = MapOptions.defaults();
    assertThat(defaults.taskTimeout()).isEmpty();
    assertThat(defaults.callTimeout()).isEmpty();
    assertThat(defaults.retries()).isZero();
    assertThat(defaults.retryBackoff()).isZero();
    assertThat(defaults.retryOn().test(new Exception())).isTrue();
    assertThat(defaults.maxInFlight()).isEmpty();
    assertThat(defaults.maxBytesInFlight()).isEmpty();
  }

  @Test
  void oneOptionLeavesTheOthersAsTheyAre() {
    MapOptions all =
        MapOptions.defaults()
            .chunkSize(2)
            .taskTimeout(Duration.ofSeconds(3))
            .callTimeout(Duration.ofSeconds(4))
            .gracePeriod(Duration.ofSeconds(5))
            .retries(6)
            .retryOn(MapOptions.CRASHES_ONLY)
            .retryBackoff(Duration.ofSeconds(7))
            .maxInFlight(8)
            .maxBytesInFlight(9)
            .progress("p");
    assertThat(all)
        .hasToString(
            "MapOptions[chunkSize=2, maxInFlight=8, maxBytesInFlight=9, taskTimeout=PT3S,"
                + " callTimeout=PT4S, gracePeriod=PT5S, retries=6, retryOn=crashes,"
                + " retryBackoff=PT7S, progress=\"p\"]");
    assertThat(all.maxInFlight(8)).isEqualTo(all).hasSameHashCodeAs(all);
    for (MapOptions other :
        List.of(
            all.chunkSize(1),
            all.taskTimeout(Duration.ofSeconds(1)),
            all.callTimeout(Duration.ofSeconds(1)),
            all.gracePeriod(Duration.ofSeconds(1)),
            all.retries(1),
            all.retryOn(failure -> true),
            all.retryBackoff(Duration.ofSeconds(1)),
            all.maxInFlight(1),
            all.maxBytesInFlight(1),
            all.progress("q"))) {
      assertThat(other).isNotEqualTo(all);
    }
  }
}
