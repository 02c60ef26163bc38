package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Virtual threads, where this JDK has them and where it has not. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class VirtualThreadsTest {

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void onAnOlderJdkTheErrorNamesTheOneThatIsNeeded() {
    String jdk = Integer.toString(Runtime.version().feature());
    assertThatThrownBy(() -> ThreadPool.builder().virtual())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContainingAll("JDK 21", "JDK " + jdk);
    try (Pools pools = Pools.create()) {
      assertThatThrownBy(pools::virtualThreads)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContainingAll("JDK 21", "JDK " + jdk);
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void aThousandItemsMayWaitAtATime() {
    try (Pools pools = Pools.create()) {
      Pool<Object, Object> pool = pools.virtualThreads();
      assertThat(pool.workers()).isEqualTo(1_000);
      long start = System.nanoTime();
      List<Integer> results =
          pool.with(o -> o.chunkSize(1))
              .map(
                  x -> {
                    Thread.sleep(500);
                    return x;
                  },
                  range(1_000));
      assertThat(results).isEqualTo(range(1_000));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void theyAreDaemonsWithSpeakingNames() {
    try (Pools pools = Pools.create()) {
      String said =
          pools
              .virtualThreads()
              .apply(() -> Thread.currentThread().isDaemon() + Thread.currentThread().getName());
      assertThat(said).isEqualTo("truepoolmap-virtual-1");
    }
  }

  /** Ten thousand that all want the same lock at once would wait for each other. */
  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void tenThousandWorkersComeForItemsThatWaitForEachOther() {
    CyclicBarrier all = new CyclicBarrier(10_000);
    try (ThreadPool<Integer, Integer> pool =
        ThreadPool.<Integer, Integer>builder().virtual().workers(10_000).build()) {
      for (int round = 0; round < 3; round++) {
        assertThat(
                pool.map(
                    x -> {
                      all.await(30, TimeUnit.SECONDS);
                      return x;
                    },
                    range(10_000)))
            .isEqualTo(range(10_000));
      }
    }
  }
}
