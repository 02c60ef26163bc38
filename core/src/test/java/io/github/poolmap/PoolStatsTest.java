package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the figures of a pool say, and how they are shown. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PoolStatsTest {

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private static Distribution all(Duration... durations) {
    long[] nanos =
        Arrays.stream(durations).mapToLong(Duration::toNanos).sorted().distinct().toArray();
    long[] counts =
        LongStream.of(nanos)
            .map(each -> Arrays.stream(durations).filter(d -> d.toNanos() == each).count())
            .toArray();
    Duration total = Arrays.stream(durations).reduce(Duration.ZERO, Duration::plus);
    return Distribution.of(nanos, counts, total, Duration.ofNanos(nanos[nanos.length - 1]));
  }

  /** Times in milliseconds. */
  private static PoolStats.Slot slot(
      int index, long startUp, long busy, long handOver, long idle, long idleInCalls) {
    return new PoolStats.Slot(
        index,
        "mine-" + (index + 1),
        true,
        1,
        10,
        millis(startUp),
        millis(busy),
        millis(handOver),
        millis(idle),
        millis(idleInCalls),
        1_500,
        2_000_000,
        0,
        3);
  }

  private static PoolStats stats(
      PoolKind kind,
      long callMillis,
      Distribution runTimes,
      List<PoolStats.SlowItem> slowest,
      PoolStats.Slot... slots) {
    return new PoolStats(
        "mine",
        kind,
        slots.length,
        slots.length,
        1,
        runTimes.count(),
        0,
        3,
        0,
        0,
        0,
        Optional.empty(),
        millis(callMillis),
        runTimes,
        Distribution.none(),
        List.of(slots),
        slowest);
  }

  private static Distribution twenty(Duration each) {
    Duration[] durations = new Duration[20];
    Arrays.fill(durations, each);
    return all(durations);
  }

  @Test
  void utilisationAndSpeedUpCountTheTimeOfCallsOnly() {
    PoolStats stats =
        stats(
            PoolKind.THREADS,
            1_000,
            twenty(millis(90)),
            List.of(),
            slot(0, 50, 900, 25, 60_025, 25),
            slot(1, 0, 700, 100, 60_200, 200));
    assertThat(stats.utilisation()).isCloseTo(0.8, within(1e-9));
    assertThat(stats.slots().get(0).utilisation()).isCloseTo(0.9, within(1e-9));
    assertThat(stats.serialTime()).isEqualTo(millis(1_600));
    assertThat(stats.speedUp()).isCloseTo(1.6, within(1e-9));
    assertThat(stats.advice()).isEmpty();
  }

  @Test
  void aPoolThatHasDoneNothingHasFiguresToo() {
    try (Pool<Object, Object> pool = ThreadPool.builder().workers(2).build()) {
      PoolStats stats = pool.stats();
      assertThat(stats.slots()).isEmpty();
      assertThat(stats.slowest()).isEmpty();
      assertThat(stats.callTime()).isZero();
      assertThat(stats.utilisation()).isEqualTo(1);
      assertThat(stats.speedUp()).isEqualTo(1);
      assertThat(stats.runTimes().mean()).isZero();
      assertThat(stats.runTimes().p99()).isZero();
      assertThat(stats.advice()).isEmpty();
      assertThat(stats.toString()).startsWith("poolmap-threads: 0 calls, 0 items ended");
    }
  }

  /** Ten thousand workers are busy for that long in eleven days. */
  @Test
  void moreThanThreeHundredYearsAreAddedUp() {
    long years = Duration.ofDays(365L * 200).toMillis();
    PoolStats stats =
        stats(
            PoolKind.THREADS,
            years,
            twenty(millis(90)),
            List.of(),
            slot(0, 0, years, years, 0, 0),
            slot(1, 0, years, years, years, years));
    assertThat(stats.serialTime()).isEqualTo(millis(2 * years));
    assertThat(stats.speedUp()).isCloseTo(2, within(1e-9));
    assertThat(stats.utilisation()).isCloseTo(0.4, within(1e-9));
    assertThat(stats.slots().get(1).utilisation()).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(stats.advice().orElseThrow()).contains("40 % of the time only; 40 % went into");
  }

  // ---- advice

  @Test
  void startsThatTakeLongerThanTheWorkAreWorthAWord() {
    assertThat(
            stats(PoolKind.PROCESSES, 600, twenty(millis(1)), List.of(), slot(0, 500, 20, 10, 0, 0))
                .advice()
                .orElseThrow())
        .startsWith("Starting workers took 500 ms, more than their 20.0 ms of work:")
        .contains("standby");
  }

  @Test
  void itemsTooSmallForProcessesAreWorthAWord() {
    assertThat(
            stats(
                    PoolKind.PROCESSES,
                    600,
                    twenty(Duration.ofNanos(1_500)),
                    List.of(),
                    slot(0, 50, 50, 400, 100, 100))
                .advice()
                .orElseThrow())
        .startsWith("Items take 1.50 us on average and are too small for processes,")
        .contains("67 %")
        .contains("use threads");
  }

  @Test
  void oneItemThatTheOthersWaitForIsWorthAWord() {
    List<Duration> durations = new ArrayList<>();
    durations.add(millis(900));
    IntStream.range(0, 9).forEach(i -> durations.add(millis(10)));
    assertThat(
            stats(
                    PoolKind.THREADS,
                    1_000,
                    all(durations.toArray(new Duration[0])),
                    List.of(new PoolStats.SlowItem(1, 17, millis(900), "mine-1", "big")),
                    slot(0, 0, 950, 0, 50, 50),
                    slot(1, 0, 40, 0, 960, 960))
                .advice()
                .orElseThrow())
        .startsWith("Item 17 of call 1 took 900 ms of the 1.00 s of all calls,");
  }

  @Test
  void whatComesFirstAlreadyIsNotToBePutFirst() {
    assertThat(
            stats(
                    PoolKind.THREADS,
                    1_000,
                    all(millis(900), millis(10), millis(10), millis(10)),
                    List.of(new PoolStats.SlowItem(1, 0, millis(900), "mine-1", "big")),
                    slot(0, 0, 950, 0, 50, 50),
                    slot(1, 0, 40, 0, 960, 960))
                .advice()
                .orElseThrow())
        .startsWith("Item 0 of call 1 took 900 ms")
        .endsWith("meanwhile: split it up.");
  }

  @Test
  void workersThatWaitAreWorthAWord() {
    assertThat(
            stats(
                    PoolKind.THREADS,
                    1_000,
                    twenty(millis(50)),
                    List.of(new PoolStats.SlowItem(1, 17, millis(50), "mine-1", "big")),
                    slot(0, 0, 500, 0, 500, 500),
                    slot(1, 0, 500, 0, 500, 500))
                .advice()
                .orElseThrow())
        .startsWith("Workers were busy for 50 % of the time only; they waited for items for 50 %");
  }

  @Test
  void moreWorkersThanShortTasksCanUseAreWorthAWord() {
    int useful = 2 * Runtime.getRuntime().availableProcessors();
    String fewer = "or short tasks that compute need no more of them: use fewer workers.";
    assertThat(idle(PoolKind.PROCESSES, useful + 1).advice().orElseThrow()).endsWith(fewer);
    assertThat(idle(PoolKind.PROCESSES, useful).advice().orElseThrow()).endsWith("is slow.");
    assertThat(idle(PoolKind.THREADS, useful + 1).advice().orElseThrow()).endsWith("is slow.");
  }

  private static PoolStats idle(PoolKind kind, int workers) {
    PoolStats.Slot[] slots = new PoolStats.Slot[workers];
    Arrays.setAll(slots, i -> slot(i, 0, 200, 0, 800, 800));
    return stats(kind, 1_000, twenty(millis(50)), List.of(), slots);
  }

  @Test
  void aMomentOfCallsSaysNothing() {
    assertThat(
            stats(PoolKind.PROCESSES, 99, twenty(millis(1)), List.of(), slot(0, 90, 1, 1, 0, 0))
                .advice())
        .isEmpty();
  }

  // ---- text

  @Test
  void theTextHasAlignedColumns() {
    String text =
        stats(
                PoolKind.PROCESSES,
                1_000,
                twenty(millis(90)),
                List.of(
                    new PoolStats.SlowItem(1, 17, millis(900), "mine-1", "big\nand long"),
                    new PoolStats.SlowItem(12, 3, Duration.ofNanos(12_345), "mine-1", "small")),
                slot(0, 50, 900, 25, 60_025, 25),
                slot(1, 0, 700, 100, 60_200, 200))
            .toString();
    assertThat(text.lines())
        .containsExactly(
            "mine: 1 call, 20 items ended (0 failed), 3 retries, 0 crashes; 2 of 2"
                + " workers live",
            "  used      80 % of the workers' time, 1.60 s of work in 1.00 s of calls, 1.60 times as"
                + " fast as one worker",
            "  run       20: mean 90.0 ms, p50 90.0 ms, p90 90.0 ms, p99 90.0 ms, max 90.0 ms",
            "  wait      none",
            "  slot  worker  starts  tasks  start-up    busy  hand-over    idle  used     sent"
                + "  received  crashes  retries",
            "     0  mine-1       1     10   50.0 ms  900 ms    25.0 ms  60.0 s  90 %  1.50 KB"
                + "   2.00 MB        0        3",
            "     1  mine-2       1     10      0 ns  700 ms     100 ms  60.2 s  70 %  1.50 KB"
                + "   2.00 MB        0        3",
            "  slowest  call  item  input",
            "   900 ms     1    17  big",
            "  12.3 us    12     3  small");
  }

  @Test
  void callersOfASerialPoolAreNoShareOfItsWorkers() {
    assertThat(
            stats(
                    PoolKind.SERIAL,
                    1_000,
                    twenty(millis(90)),
                    List.of(),
                    slot(0, 0, 900, 25, 0, 0),
                    slot(1, 0, 900, 25, 0, 0))
                .toString())
        .contains("0 crashes; 2 calling threads live\n");
  }

  @Test
  void noInputMovesTheCursorOfTheTerminal() {
    assertThat(
            stats(
                    PoolKind.THREADS,
                    1_000,
                    twenty(millis(90)),
                    List.of(
                        new PoolStats.SlowItem(
                            1, 17, millis(900), "mine-1", "a\u001b[2Jb\tc\u0007\u009bd")),
                    slot(0, 50, 900, 25, 60_025, 25))
                .toString())
        .endsWith("17  a [2Jb c  d");
  }

  @Test
  void aThousandWorkersDoNotFillThePage() {
    PoolStats.Slot[] slots =
        IntStream.range(0, 1_000)
            .mapToObj(i -> slot(i, 0, 1, 0, 0, 0))
            .toArray(PoolStats.Slot[]::new);
    String text = stats(PoolKind.THREADS, 10, twenty(millis(1)), List.of(), slots).toString();
    assertThat(text.lines().count()).isLessThan(50);
    assertThat(text).endsWith("and 968 more");
  }

  // ---- distributions

  @Test
  void percentilesAreWhatThatShareDoesNotExceed() {
    Distribution four = all(millis(1), millis(2), millis(3), millis(10));
    assertThat(four.count()).isEqualTo(4);
    assertThat(four.mean()).isEqualTo(millis(4));
    assertThat(four.p50()).isEqualTo(millis(2));
    assertThat(four.percentile(50.1)).isEqualTo(millis(3));
    assertThat(four.percentile(0)).isEqualTo(millis(1));
    assertThat(four.p90()).isEqualTo(millis(10));
    assertThat(four.percentile(100)).isEqualTo(millis(10));
    assertThat(four.toString()).startsWith("4: mean 4.00 ms, p50 2.00 ms");
    assertThatIllegalArgumentException().isThrownBy(() -> four.percentile(101));
    assertThatIllegalArgumentException().isThrownBy(() -> four.percentile(Double.NaN));
  }

  @Test
  void everyHundredthOfAHundredDurationsIsItsPercentile() {
    Distribution hundred =
        all(IntStream.rangeClosed(1, 100).mapToObj(PoolStatsTest::millis).toArray(Duration[]::new));
    for (int percent = 1; percent <= 100; percent++) {
      assertThat(hundred.percentile(percent)).isEqualTo(millis(percent));
    }
  }

  @Test
  void whatDoesNotFitTogetherIsNoDistribution() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Distribution.of(
                    new long[] {2, 1}, new long[] {1, 1}, Duration.ZERO, Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Distribution.of(new long[] {2}, new long[0], Duration.ZERO, Duration.ZERO));
  }
}
