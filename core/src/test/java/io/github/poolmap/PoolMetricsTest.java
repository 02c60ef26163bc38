package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.google.common.util.concurrent.Uninterruptibles;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PoolMetricsTest {

  @Test
  void theMetersShowTheStatistics() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Pool<Integer, Integer> pool =
        ProcessPool.<Integer, Integer>builder().workers(1).name("measured").build()) {
      pool.map(
          x -> {
            Thread.sleep(5);
            return x;
          },
          List.of(1, 2, 3));
      PoolMetrics.of(pool).tags(List.of(Tag.of("app", "test"))).bindTo(registry);
      PoolStats stats = pool.stats();

      assertThat(registry.get("poolmap.calls").functionCounter().count()).isEqualTo(1);
      assertThat(registry.get("poolmap.items").functionCounter().count()).isEqualTo(3);
      assertThat(registry.get("poolmap.starts").functionCounter().count()).isEqualTo(1);
      assertThat(registry.get("poolmap.workers").gauge().value()).isEqualTo(1);
      assertThat(registry.get("poolmap.workers.live").gauge().value()).isEqualTo(1);
      assertThat(registry.get("poolmap.utilisation").gauge().value()).isBetween(0.0, 1.0);
      assertThat(registry.get("poolmap.items.run").functionTimer().count()).isEqualTo(3);
      assertThat(registry.get("poolmap.items.run").functionTimer().totalTime(TimeUnit.MILLISECONDS))
          .isGreaterThanOrEqualTo(15);
      assertThat(
              registry
                  .get("poolmap.workers.time")
                  .tag("activity", "busy")
                  .timeGauge()
                  .value(TimeUnit.NANOSECONDS))
          .isCloseTo(stats.serialTime().toNanos(), within(1.0));
      assertThat(registry.get("poolmap.bytes").tag("direction", "sent").functionCounter().count())
          .isEqualTo(stats.slots().get(0).bytesSent());
      assertThat(registry.getMeters())
          .extracting(Meter::getId)
          .allMatch(id -> "measured".equals(id.getTag("pool")))
          .allMatch(id -> "processes".equals(id.getTag("kind")))
          .allMatch(id -> "test".equals(id.getTag("app")))
          .allMatch(id -> id.getDescription() != null);
    }
  }

  /** Ten million items wait for that long in a call of some hours. */
  @Test
  void moreThanThreeHundredYearsOfWaitingAreShown() {
    Duration years = Duration.ofDays(365L * 1_000);
    Distribution waits = Distribution.of(new long[] {1}, new long[] {1}, years, years);
    PoolStats stats = mock();
    when(stats.pool()).thenReturn("long");
    when(stats.kind()).thenReturn(PoolKind.THREADS);
    when(stats.waitTimes()).thenReturn(waits);
    Pool<?, ?> pool = mock();
    when(pool.stats()).thenReturn(stats);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    PoolMetrics.of(pool).bindTo(registry);
    assertThat(registry.get("poolmap.items.wait").functionTimer().totalTime(TimeUnit.DAYS))
        .isCloseTo(365_000, within(1e-3));
  }

  @Test
  void metersGoOnWhenOnlyTheHandleThatTheyWereMadeWithIsGone() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Pool<Object, Object> pool = ThreadPool.builder().workers(2).build()) {
      awaitCollected(bound(pool.with(options -> options.retries(1)), registry));
      pool.map(x -> x, List.of(1, 2, 3));
      assertThat(registry.get("poolmap.items").functionCounter().count()).isEqualTo(3);
      assertThat(registry.get("poolmap.workers").gauge().value()).isEqualTo(2);
    }
  }

  @Test
  void aRegistryDoesNotKeepAPoolFromBeingCollected() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    awaitCollected(bound(ended(), registry));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              System.gc();
              return Double.isNaN(registry.get("poolmap.workers").gauge().value());
            });
  }

  private static Pool<Object, Object> ended() {
    try (Pool<Object, Object> pool = ThreadPool.builder().workers(2).build()) {
      pool.map(x -> x, List.of(1, 2, 3));
      return pool;
    }
  }

  private static Reference<Pool<Object, Object>> bound(
      Pool<Object, Object> pool, MeterRegistry registry) {
    PoolMetrics.of(pool).bindTo(registry);
    return new WeakReference<>(pool);
  }

  private static void awaitCollected(Reference<?> reference) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              System.gc();
              return reference.get() == null;
            });
  }

  @Test
  void noRegistryWaitsForTheTextOfAnInput() {
    CountDownLatch end = new CountDownLatch(1);
    Object endless =
        new Object() {
          @Override
          public String toString() {
            Uninterruptibles.awaitUninterruptibly(end);
            return "";
          }
        };
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Pool<Object, Object> pool = ThreadPool.builder().workers(1).build()) {
      pool.map(
          x -> {
            Thread.sleep(2);
            return 1;
          },
          List.of(endless));
      assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () -> {
            PoolMetrics.of(pool).bindTo(registry);
            assertThat(registry.get("poolmap.items").functionCounter().count()).isEqualTo(1);
          });
    } finally {
      end.countDown();
    }
  }
}
