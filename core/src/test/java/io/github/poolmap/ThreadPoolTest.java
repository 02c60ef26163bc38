package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is so with threads only. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ThreadPoolTest {

  private static final Duration GRACE = Duration.ofMillis(200);
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Set<Thread.State> WAITING =
      Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private static ThreadPool<Object, Object> pool(int workers) {
    return ThreadPool.builder().workers(workers).options(o -> o.gracePeriod(GRACE)).build();
  }

  /** Waits for the latch whatever happens. */
  private static void ignoreInterruptsUntil(CountDownLatch release) {
    boolean released = false;
    while (!released) {
      try {
        release.await();
        released = true;
      } catch (InterruptedException e) {
        released = false;
      }
    }
  }

  private static void assertAllWorkersWork(Pool<Object, Object> pool) {
    CyclicBarrier all = new CyclicBarrier(pool.workers());
    List<Integer> results =
        pool.map(
            x -> {
              all.await();
              return x;
            },
            PoolUnderTest.range(pool.workers()));
    assertThat(results).hasSize(pool.workers());
  }

  @Test
  void aDeafTaskIsLeftBehindAfterTheGracePeriodAndItsThreadReplaced() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch deaf = new CountDownLatch(1);
    List<Thread> deafThreads = new ArrayList<>();
    try (Pool<Object, Object> pool = pool(2);
        Logs logs = new Logs()) {
      Caller<List<Integer>> caller =
          Caller.of(
              () ->
                  pool.map(
                      x -> {
                        if (x == 0) {
                          deafThreads.add(Thread.currentThread());
                          deaf.countDown();
                          ignoreInterruptsUntil(release);
                        } else {
                          deaf.await();
                          throw new IllegalStateException("the bug");
                        }
                        return x;
                      },
                      List.of(0, 1)));
      TaskException failure = (TaskException) caller.failure(SOON);
      assertThat(failure.index()).isEqualTo(1);
      assertThat(deafThreads).singleElement().matches(Thread::isAlive);

      assertAllWorkersWork(pool);
      assertThat(logs.messages(Level.WARN))
          .singleElement()
          .asString()
          .startsWith(deafThreads.get(0).getName() + ":")
          .contains("ignores its interrupt");
    } finally {
      release.countDown();
    }
    deafThreads.get(0).join(SOON.toMillis());
    assertThat(deafThreads.get(0).isAlive()).isFalse();
  }

  @Test
  void aDeafTaskThatEndsLateDisturbsNobody() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch deaf = new CountDownLatch(2);
    try (Pool<Object, Object> pool = pool(2);
        Logs logs = new Logs()) {
      Caller<List<Integer>> caller =
          Caller.of(
              () ->
                  pool.map(
                      x -> {
                        deaf.countDown();
                        ignoreInterruptsUntil(release);
                        return x;
                      },
                      PoolUnderTest.range(10)));
      deaf.await();
      caller.interrupt();
      assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
      assertThat(logs.messages(Level.WARN)).hasSize(2);
      AtomicInteger mapped = new AtomicInteger();
      List<Integer> inputs = PoolUnderTest.range(2000);
      List<Integer> results =
          pool.map(
              x -> {
                if (mapped.incrementAndGet() == 100) {
                  release.countDown();
                }
                return x;
              },
              inputs);
      assertThat(results).isEqualTo(inputs);
      assertAllWorkersWork(pool);
    }
  }

  @Test
  void terminateReturnsWithinTheGracePeriodAndOneSecondThoughATaskIsDeaf()
      throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch deaf = new CountDownLatch(1);
    Pool<Object, Object> pool = pool(2);
    try (Logs logs = new Logs()) {
      Caller<Integer> caller =
          Caller.of(
              () ->
                  pool.apply(
                      () -> {
                        deaf.countDown();
                        ignoreInterruptsUntil(release);
                        return 1;
                      }));
      deaf.await();
      long start = System.nanoTime();
      pool.terminate();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(GRACE.plusSeconds(1));
      assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
      assertThat(logs.messages(Level.WARN)).hasSize(1);
    } finally {
      release.countDown();
    }
  }

  @Test
  void threadsAreDaemonsWithSpeakingNamesAndNotOfTheCommonPool() {
    try (Pool<Object, Object> pool = pool(2)) {
      Set<Thread> threads =
          new HashSet<>(pool.map(x -> Thread.currentThread(), PoolUnderTest.range(50)));
      assertThat(threads)
          .allSatisfy(
              thread -> {
                assertThat(thread.isDaemon()).isTrue();
                assertThat(thread.getName()).matches("poolmap-threads-[12]");
              });
    }
    try (Pool<Object, Object> named =
        ThreadPool.builder().name("poolmap-fish").workers(1).build()) {
      assertThat(named.apply(() -> Thread.currentThread().getName())).isEqualTo("poolmap-fish-1");
    }
  }

  @Test
  void theOneWorkerOfAPoolMayCallItsPool() {
    try (Pool<Object, Object> pool = pool(1)) {
      int depth = pool.apply(() -> 1 + pool.apply(() -> 1 + pool.map(x -> x, List.of(1)).get(0)));
      assertThat(depth).isEqualTo(3);
    }
  }

  @Test
  void twoPoolsMayCallEachOther() {
    try (Pool<Object, Object> one = pool(1);
        Pool<Object, Object> other = pool(1)) {
      List<Integer> results =
          one.map(
              x -> other.map(y -> one.apply(() -> x + y), List.of(x)).get(0),
              PoolUnderTest.range(20));
      assertThat(results).isEqualTo(PoolUnderTest.range(20).stream().map(x -> 2 * x).toList());
    }
  }

  @Test
  void twoPoolsMayCallEachOtherFromBothSidesAtOnce() throws InterruptedException {
    try (Pool<Object, Object> one = pool(2);
        Pool<Object, Object> other = pool(2)) {
      Caller<List<Integer>> oneWay =
          Caller.of(() -> one.map(x -> other.apply(() -> x), PoolUnderTest.range(200)));
      Caller<List<Integer>> otherWay =
          Caller.of(() -> other.map(x -> one.apply(() -> x), PoolUnderTest.range(200)));
      assertThat(oneWay.result(SOON)).isEqualTo(PoolUnderTest.range(200));
      assertThat(otherWay.result(SOON)).isEqualTo(PoolUnderTest.range(200));
    }
  }

  @Test
  void tasksShareTheHeapOfTheirCaller() {
    try (Pool<Object, Object> pool = pool(2)) {
      List<Object> inputs = List.of(new Object(), new Object());
      List<Object> results = pool.map(x -> x, inputs);
      assertThat(results.get(0)).isSameAs(inputs.get(0));
      assertThat(results.get(1)).isSameAs(inputs.get(1));
    }
  }

  @Test
  void aPoolStartsNoMoreThreadsThanItHasWork() {
    try (Pool<Object, Object> pool = pool(64)) {
      assertThat(poolThreads()).isEmpty();
      pool.map(x -> x, List.of(1, 2));
      assertThat(poolThreads()).hasSizeLessThanOrEqualTo(2);
    }
    await().atMost(SOON).until(() -> poolThreads().isEmpty());
  }

  @Test
  void anIdleWorkerIsCalledThoughAnotherOneIsStillBeingInitialized() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (ThreadPool<Object, Object> pool =
        ThreadPool.builder()
            .workers(2)
            .initializer(
                worker -> {
                  if (worker.index() == 1) {
                    begun.countDown();
                    release.await();
                  }
                })
            .build()) {
      try {
        List<Thread> threads =
            pool.map(
                x -> {
                  begun.await();
                  return Thread.currentThread();
                },
                List.of(1, 2));
        Thread idle = threads.get(1);
        await().atMost(SOON).until(() -> WAITING.contains(idle.getState()));
        CompletableFuture<Integer> result = pool.applyAsync(() -> 1);
        assertThat(result).succeedsWithin(SOON).isEqualTo(1);
      } finally {
        release.countDown();
      }
    }
  }

  private static List<String> poolThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("poolmap-threads"))
        .toList();
  }

  /** Results of small chunks and of large ones get into the list in different ways. */
  @ParameterizedTest
  @ValueSource(ints = {1_000, 65_536, 65_537, 300_000})
  void resultsOfChunksOfAnySizeAreInOrderWhateverBecomesOfTheirNeighbours(int chunkSize) {
    List<Integer> inputs = PoolUnderTest.range(300_000);
    try (ThreadPool<Integer, Integer> pool =
        ThreadPool.<Integer, Integer>builder()
            .workers(2)
            .options(o -> o.chunkSize(chunkSize).retries(1))
            .build()) {
      Set<Integer> failed = ConcurrentHashMap.newKeySet();
      assertThat(
              pool.map(
                  x -> {
                    if (x % 70_001 == 1_234 && failed.add(x)) {
                      throw new IOException("the first time");
                    }
                    return x;
                  },
                  inputs))
          .isEqualTo(inputs);
      assertThat(failed).hasSize(5);
      assertThat(pool.map(x -> x, inputs)).isEqualTo(inputs);
    }
  }

  /** Those that have come call the next ones. */
  @Test
  void allWorkersComeForItemsThatWaitForEachOther() {
    CyclicBarrier all = new CyclicBarrier(200);
    try (ThreadPool<Integer, Integer> pool =
        ThreadPool.<Integer, Integer>builder().workers(200).options(o -> o.chunkSize(1)).build()) {
      for (int round = 0; round < 5; round++) {
        assertThat(
                pool.map(
                    x -> {
                      all.await(30, TimeUnit.SECONDS);
                      return x;
                    },
                    PoolUnderTest.range(400)))
            .isEqualTo(PoolUnderTest.range(400));
      }
    }
  }
}
