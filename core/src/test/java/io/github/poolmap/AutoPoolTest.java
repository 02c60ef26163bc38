package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.slf4j.LoggerFactory;

/** The pool of threads that finds out how many it needs. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class AutoPoolTest {

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.poolmap");
  private Logs logs;
  private Pools pools;
  private Pool<Object, Object> auto;

  @BeforeEach
  void open() {
    logger.setLevel(Level.INFO);
    logs = new Logs();
    pools = Pools.create();
    auto = pools.auto();
  }

  @AfterEach
  void close() {
    pools.close();
    logs.close();
    logger.setLevel(null);
  }

  private static Integer asleep(Integer millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }

  /** Uses about so much of a core, however many threads share it. */
  private static Integer computing(Integer millis) {
    long random = millis;
    for (long i = 0; i < millis * 400_000L && random != 0; i++) {
      random ^= random << 13;
      random ^= random >>> 7;
      random ^= random << 17;
    }
    return random == 0 ? 0 : millis;
  }

  private static List<Integer> repeated(int value, int times) {
    return range(times).stream().map(x -> value).toList();
  }

  private List<String> awaitDecisions(int count) {
    await().atMost(SOON).until(() -> logs.messages(Level.INFO).size() >= count);
    return logs.messages(Level.INFO);
  }

  @Test
  void tenTasksThatSleepForASecondTakeLittleMoreThanOne() {
    long start = System.nanoTime();
    List<Integer> results = auto.map(AutoPoolTest::asleep, repeated(1_000, 10));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(results).hasSize(10).containsOnly(1_000);
    assertThat(took).isLessThanOrEqualTo(Duration.ofMillis(1_500));
  }

  @Test
  void aDecisionIsOneLogLineAndInTheStatistics() {
    assertThat(auto.stats().decision()).isEmpty();
    auto.map(AutoPoolTest::asleep, repeated(500, 10));
    assertThat(awaitDecisions(1))
        .singleElement()
        .asString()
        .matches(
            "poolmap-auto: each thread used \\d+ % of a core \\(\\d+ samples\\): items mostly wait,"
                + " chosen: \\d+ threads \\(before: \\d+, cores: \\d+\\)")
        .isEqualTo("poolmap-auto: " + auto.stats().decision().orElseThrow());
    assertThat(auto.stats().workers()).isBetween(10, 32).isEqualTo(auto.workers());
    assertThat(auto.stats().toString()).contains(auto.stats().decision().orElseThrow());
    auto.map(AutoPoolTest::asleep, repeated(200, 10));
    auto.map(x -> x, range(100));
    assertThat(logs.messages(Level.INFO)).hasSize(1);
  }

  @Test
  void itemsThatComputeGetAThreadForEachCore() {
    auto.map(AutoPoolTest::computing, repeated(20, 20 * CORES));
    assertThat(auto.workers()).isEqualTo(CORES);
    assertThat(awaitDecisions(1))
        .singleElement()
        .asString()
        .contains("items mostly compute", "chosen: " + CORES + " threads");
  }

  @Test
  void itGoesBackWhenItemsComputeAfterOthersHaveWaited() {
    auto.map(AutoPoolTest::asleep, repeated(300, 12));
    assertThat(auto.workers()).isGreaterThan(2 * CORES);
    awaitDecisions(1);
    auto.map(AutoPoolTest::computing, repeated(20, 20 * CORES));
    assertThat(auto.workers()).isEqualTo(CORES);
    assertThat(awaitDecisions(2))
        .last()
        .asString()
        .contains("items mostly compute", "chosen: " + CORES + " threads");
    await().atMost(SOON).until(() -> auto.stats().liveWorkers() <= CORES);
  }

  @Test
  void itGoesBackWithinOneCall() {
    int sleepers = 40;
    long limit = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    AtomicInteger most = new AtomicInteger();
    // It goes on until the pool has come back, however slow the machine is today.
    Iterable<Integer> inputs =
        () ->
            IntStream.iterate(0, x -> x + 1)
                .takeWhile(
                    x ->
                        x < sleepers
                            || ((auto.workers() > CORES || most.get() == 0)
                                && System.nanoTime() < limit))
                .iterator();
    auto.with(o -> o.maxInFlight(32))
        .forEach(
            x -> {
              most.accumulateAndGet(auto.workers() > CORES ? auto.workers() : 0, Math::max);
              if (x < sleepers) {
                asleep(100);
              } else {
                computing(20);
              }
            },
            inputs);
    assertThat(most.get()).isGreaterThan(CORES);
    assertThat(auto.workers()).isEqualTo(CORES);
    assertThat(awaitDecisions(1)).last().asString().contains("chosen: " + CORES + " threads");
  }

  @Test
  void itNeverTakesProcesses() {
    assertThat(auto.apply(() -> ProcessHandle.current().pid()))
        .isEqualTo(ProcessHandle.current().pid());
    assertThat(auto.stats().kind()).isEqualTo(PoolKind.THREADS);
    assertThat(ProcessHandle.current().children()).isEmpty();
  }
}
