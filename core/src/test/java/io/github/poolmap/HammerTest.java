package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many threads make calls of every kind on one pool, for 5 seconds, or a minute with {@code
 * -Dpoolmap.long=true}.
 */
@Timeout(value = 240, threadMode = ThreadMode.SEPARATE_THREAD)
class HammerTest {

  private static final int CALLERS = 10;
  private static final Duration TIME =
      Duration.ofSeconds(Boolean.getBoolean("poolmap.long") ? 60 : 5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Mapper<Integer, Integer> TRIPLE = x -> 3 * x;
  private static final Mapper<Integer, Integer> PICKY =
      x -> {
        if (x % 7 == 3) {
          throw new IllegalArgumentException("picky about " + x);
        }
        return 3 * x;
      };

  /** A call of one kind, which checks what comes of it. */
  @FunctionalInterface
  private interface Blow {
    void strike(Pool<Object, Object> pool, Random random) throws Exception;
  }

  private static List<Integer> tripled(int size) {
    return range(size).stream().map(x -> 3 * x).toList();
  }

  private static int size(Random random) {
    return random.nextInt(10) == 0 ? random.nextInt(3_000) : random.nextInt(40);
  }

  private static <V> V get(CompletableFuture<V> future) throws Exception {
    return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static void checkOutcomes(Stream<Outcome<Integer, Integer>> outcomes, int size) {
    List<Integer> seen = new ArrayList<>();
    outcomes.forEach(
        outcome -> {
          int input = outcome.input();
          seen.add(input);
          assertThat(outcome.index()).isEqualTo(input);
          if (input % 7 == 3) {
            assertThat(outcome.failure()).hasRootCauseMessage("picky about " + input);
          } else {
            assertThat(outcome.value()).isEqualTo(3 * input);
          }
        });
    assertThat(seen).containsExactlyInAnyOrderElementsOf(range(size));
  }

  private static final List<Blow> BLOWS =
      List.of(
          (pool, random) -> {
            int size = size(random);
            assertThat(pool.map(TRIPLE, range(size))).isEqualTo(tripled(size));
          },
          (pool, random) -> {
            int size = size(random);
            int chunk = 1 + random.nextInt(20);
            assertThat(pool.with(o -> o.chunkSize(chunk)).map(TRIPLE, range(size)))
                .isEqualTo(tripled(size));
          },
          (pool, random) -> {
            int size = size(random);
            Iterable<Integer> inputs = () -> range(size).iterator();
            assertThat(pool.map(TRIPLE, inputs)).isEqualTo(tripled(size));
            assertThat(get(pool.mapAsync(TRIPLE, inputs))).isEqualTo(tripled(size));
          },
          (pool, random) -> {
            int size = size(random);
            assertThat(get(pool.mapAsync(TRIPLE, range(size)))).isEqualTo(tripled(size));
          },
          (pool, random) -> {
            int size = size(random);
            assertThat(pool.imap(TRIPLE, range(size)).toList()).isEqualTo(tripled(size));
          },
          (pool, random) -> {
            int size = size(random);
            assertThat(pool.imapUnordered(TRIPLE, range(size)).sorted().toList())
                .isEqualTo(tripled(size));
          },
          (pool, random) -> {
            int size = 5 + size(random);
            int limit = random.nextInt(5);
            try (Stream<Integer> results = pool.imap(TRIPLE, range(size))) {
              assertThat(results.limit(limit).toList()).isEqualTo(tripled(limit));
            }
          },
          (pool, random) -> {
            int size = size(random);
            checkOutcomes(pool.mapOutcomes(PICKY, range(size)).stream(), size);
          },
          (pool, random) -> {
            int size = size(random);
            checkOutcomes(pool.imapOutcomes(PICKY, range(size)), size);
          },
          (pool, random) -> {
            Map<Integer, String> pairs = Map.of(1, "a", 2, "b", 3, "c");
            assertThat(pool.<Integer, String, String>starmap((x, y) -> y + x, pairs.entrySet()))
                .containsExactlyInAnyOrder("a1", "b2", "c3");
            assertThat(
                    get(
                        pool.<Integer, String, String>starmapAsync(
                            (x, y) -> y + x, pairs.entrySet())))
                .containsExactlyInAnyOrder("a1", "b2", "c3");
          },
          (pool, random) -> {
            int number = random.nextInt();
            assertThat(pool.<Integer>apply(() -> number)).isEqualTo(number);
            assertThat(get(pool.<Integer>applyAsync(() -> number))).isEqualTo(number);
          },
          (pool, random) -> pool.forEach(x -> {}, range(size(random))),
          (pool, random) ->
              assertThatThrownBy(() -> pool.map(PICKY, range(4 + size(random))))
                  .isInstanceOf(TaskException.class)
                  .hasRootCauseInstanceOf(IllegalArgumentException.class),
          (pool, random) -> {
            CompletableFuture<List<Integer>> cancelled =
                pool.mapAsync(
                    x -> {
                      Thread.sleep(60_000);
                      return x;
                    },
                    range(size(random) + 1));
            assertThatThrownBy(() -> cancelled.get(random.nextInt(20), TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
            assertThat(cancelled.cancel(true)).isTrue();
          },
          (pool, random) ->
              assertThatThrownBy(
                      () ->
                          pool.with(o -> o.callTimeout(Duration.ofMillis(20)))
                              .forEach(x -> Thread.sleep(60_000), range(3)))
                  .isInstanceOf(CallTimeoutException.class),
          (pool, random) ->
              assertThatThrownBy(
                      () ->
                          pool.with(o -> o.taskTimeout(Duration.ofMillis(20)))
                              .forEach(x -> Thread.sleep(60_000), range(1)))
                  .isInstanceOf(TaskTimeoutException.class),
          (pool, random) -> {
            assertThatThrownBy(
                    () ->
                        get(
                            pool.with(o -> o.retries(1))
                                .applyAsync(() -> Integer.parseInt("none"))))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                    TaskException.class, failure -> assertThat(failure.attempts()).isEqualTo(2));
          });

  @ParameterizedTest
  @EnumSource(
      value = PoolKind.class,
      names = {"THREADS", "PROCESSES"})
  void manyCallersWithCallsOfEveryKindGetTheRightResults(PoolKind kind)
      throws InterruptedException {
    long processes = ProcessHandle.current().descendants().count();
    long end = System.nanoTime() + TIME.toNanos();
    try (Pools pools = Pools.builder().workers(3).build()) {
      Pool<Object, Object> pool = pools.pool(kind);
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random random = new Random(i);
        callers.add(
            Caller.of(
                () -> {
                  int blows = 0;
                  while (System.nanoTime() < end) {
                    BLOWS.get(random.nextInt(BLOWS.size())).strike(pool, random);
                    blows++;
                  }
                  return blows;
                }));
      }
      for (Caller<Integer> caller : callers) {
        assertThat(caller.result(TIME.plus(PATIENCE))).isPositive();
      }
      assertThat(pool.stats().crashes()).isZero();
      assertThat(pool.stats().liveWorkers()).isBetween(1, 3);
    }
    // Those in which no task has been stopped stay for the next pool.
    Pools.releaseWarm();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(ProcessHandle.current().descendants().count()).isEqualTo(processes);
              assertThat(Thread.getAllStackTraces().keySet())
                  .noneMatch(thread -> thread.getName().startsWith("poolmap-"));
            });
  }
}
