package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What users of other pools have suffered from, each test named after it. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class HazardTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private Journal talk;
  private Journal come;

  @BeforeEach
  void openJournal(@TempDir Path folder) {
    talk = new Journal(folder.resolve("journal"));
    come = new Journal(folder.resolve("come"));
  }

  private static Pools pools(int workers) {
    return Pools.builder().workers(workers).build();
  }

  /**
   * Has every worker of the pool do something, so that it is there and has loaded its classes. They
   * wait for each other: a worker that is not needed is not started.
   */
  private void warmUp(Pool<Object, Object> pool) {
    int workers = pool.workers();
    Journal there = come;
    pool.with(o -> o.chunkSize(1))
        .forEach(
            x -> {
              there.add(x);
              while (there.lines().size() < workers) {
                Thread.sleep(5);
              }
            },
            range(workers));
  }

  /** The shortest of a few runs: what else the machine does is no matter of the pool. */
  private static Duration best(Runnable call, Duration enough) {
    Duration best = Duration.ofDays(1);
    for (int i = 0; i < 5 && best.compareTo(enough) > 0; i++) {
      long start = System.nanoTime();
      call.run();
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      best = took.compareTo(best) < 0 ? took : best;
    }
    return best;
  }

  // ---- cost

  /** Whoever is free takes the next one; that takes 18 units for these on 4 workers. */
  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "SERIAL")
  void staticRoundRobinLeavesWorkersIdle(PoolKind kind) {
    Duration limit = Duration.ofMillis(990);
    try (Pools pools = pools(4)) {
      Pool<Object, Object> pool = pools.pool(kind);
      warmUp(pool);
      List<Integer> lengths = List.of(1, 2, 1, 10, 3, 1, 4, 10, 1, 3, 2, 10);
      Runnable call =
          () ->
              pool.forEach(
                  units -> {
                    Thread.sleep(50L * units);
                  },
                  lengths);
      assertThat(best(call, limit)).isLessThanOrEqualTo(limit);
    }
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "SERIAL")
  void autoBatchingLearntOnFastItemsIsAppliedToSlowOnes(PoolKind kind) {
    Duration ideal = Duration.ofMillis(400);
    Duration limit = ideal.multipliedBy(3).dividedBy(2);
    Mapper<Integer, Integer> mapper =
        millis -> {
          // A sleep of 0 would give the core to others, for milliseconds on a busy machine.
          if (millis > 0) {
            Thread.sleep(millis);
          }
          return millis;
        };
    List<Integer> fast = Collections.nCopies(20_000, 0);
    List<Integer> slow = Collections.nCopies(16, 50);
    List<Integer> fastThenSlow = new ArrayList<>(fast.subList(0, 500));
    fastThenSlow.addAll(slow);
    try (Pools pools = pools(2)) {
      Pool<Object, Object> pool = pools.pool(kind);
      warmUp(pool);
      pool.map(mapper, fast);
      assertThat(best(() -> pool.forEach(mapper::map, slow), limit))
          .as("in a call of their own")
          .isLessThanOrEqualTo(limit);
      assertThat(best(() -> pool.forEach(mapper::map, fastThenSlow), limit))
          .as("at the end of a call of fast ones")
          .isLessThanOrEqualTo(limit);
    }
  }

  /** A function that says when it is read. */
  private static final class Tracked implements Mapper<Integer, Integer> {
    private static final long serialVersionUID = 1L;

    private final Journal talk;

    private Tracked(Journal talk) {
      this.talk = talk;
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      talk.add("read by " + ProcessHandle.current().pid());
    }

    @Override
    public Integer map(Integer input) {
      return input + 1;
    }
  }

  @Test
  void functionReSentWithEveryTask() {
    try (Pools pools = pools(2)) {
      Pool<Object, Object> pool = pools.processes();
      warmUp(pool);
      List<Integer> results = pool.with(o -> o.chunkSize(1)).map(new Tracked(talk), range(500));
      assertThat(results).isEqualTo(range(501).subList(1, 501));
      assertThat(talk.lines()).isNotEmpty().doesNotHaveDuplicates();
    }
  }

  private static long cancelMany(Pool<Object, Object> pool, int count) {
    List<CompletableFuture<Integer>> queued = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      queued.add(pool.applyAsync(() -> 1));
    }
    // The latest first: the worst case of a search from the head of a queue.
    Collections.reverse(queued);
    long start = System.nanoTime();
    for (CompletableFuture<Integer> each : queued) {
      each.cancel(true);
    }
    // What is left to do for them is done by these threads, which end when they have nothing to do.
    await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("poolmap-callbacks")));
    return System.nanoTime() - start;
  }

  @Test
  void linearQueueRemovalAtAHundredThousandQueuedTasks() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (Pools pools = pools(1)) {
      Pool<Object, Object> pool = pools.threads();
      CompletableFuture<Boolean> blocker =
          pool.applyAsync(
              () -> {
                started.countDown();
                return end.await(100, TimeUnit.SECONDS);
              });
      started.await();
      cancelMany(pool, 10_000);
      double ratio = Double.MAX_VALUE;
      for (int i = 0; i < 3 && ratio > 11; i++) {
        double few = cancelMany(pool, 10_000);
        ratio = Math.min(ratio, cancelMany(pool, 100_000) / few);
      }
      assertThat(ratio).as("the time for ten times as many").isLessThanOrEqualTo(11);
      end.countDown();
      assertThat(blocker.join()).isTrue();
      assertThat(pool.map(x -> x, range(10))).isEqualTo(range(10));
    } finally {
      end.countDown();
    }
  }

  // ---- hangs

  @ParameterizedTest
  @EnumSource
  void userCallbackThrowsOnTheResultThread(PoolKind kind) {
    try (Pools pools = pools(1)) {
      Pool<Object, Object> pool = pools.pool(kind);
      CompletableFuture<List<Integer>> future = pool.mapAsync(x -> x, range(10));
      CompletableFuture<Object> failing =
          future.thenApply(
              results -> {
                throw new IllegalStateException("callback");
              });
      assertThatThrownBy(failing::join).hasRootCauseMessage("callback");
      assertThat(future.join()).isEqualTo(range(10));
      assertThat(pool.mapAsync(x -> x, range(10)).join()).isEqualTo(range(10));
    }
  }

  @ParameterizedTest
  @EnumSource
  void userCallbackSubmitsOnTheResultThread(PoolKind kind) throws InterruptedException {
    try (Pools pools = pools(1)) {
      Pool<Object, Object> pool = pools.pool(kind);
      CompletableFuture<List<Integer>> chain = pool.mapAsync(x -> x + 1, range(10));
      for (int i = 0; i < 5; i++) {
        chain = chain.thenApply(results -> pool.map(x -> x + 1, results));
        chain = chain.thenCompose(results -> pool.mapAsync(x -> x + 1, results));
      }
      CompletableFuture<List<Integer>> last = chain;
      assertThat(Caller.of(last::join).result(SOON)).isEqualTo(range(21).subList(11, 21));
    }
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "SERIAL")
  void userCallbackBlocksOnTheResultThread(PoolKind kind) throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    try (Pools pools = pools(1)) {
      Pool<Object, Object> pool = pools.pool(kind);
      List<CompletableFuture<Boolean>> blocked = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        blocked.add(
            pool.applyAsync(() -> 1)
                .thenApplyAsync(
                    one -> {
                      try {
                        return end.await(100, TimeUnit.SECONDS);
                      } catch (InterruptedException e) {
                        return false;
                      }
                    }));
      }
      assertThat(Caller.of(() -> pool.map(x -> x, range(50))).result(SOON)).isEqualTo(range(50));
      assertThat(Caller.of(() -> pool.mapAsync(x -> x, range(50)).join()).result(SOON))
          .isEqualTo(range(50));
      end.countDown();
      assertThat(blocked.stream().map(CompletableFuture::join)).containsOnly(true);
    } finally {
      end.countDown();
    }
  }

  // ---- memory

  /** Numbers without end. */
  private static Iterable<Integer> endless(AtomicInteger read) {
    return () ->
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Integer next() {
            return read.getAndIncrement();
          }
        };
  }

  @ParameterizedTest
  @EnumSource
  void imapReadsTheWholeInput(PoolKind kind) {
    AtomicInteger read = new AtomicInteger();
    try (Pools pools = pools(2)) {
      Pool<Object, Object> pool = pools.pool(kind).with(o -> o.maxInFlight(16));
      try (var results = pool.imap(x -> x * 2, endless(read))) {
        Iterator<Integer> each = results.iterator();
        for (int i = 0; i < 1_000; i++) {
          assertThat(each.next()).isEqualTo(2 * i);
          assertThat(read.get()).isBetween(i + 1, i + 1 + 16 + 1);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "SERIAL")
  void orderedResultsPileUpBehindASlowFirstItem(PoolKind kind) throws InterruptedException {
    AtomicInteger read = new AtomicInteger();
    Journal signs = talk;
    try (Pools pools = pools(2)) {
      Pool<Object, Object> pool = pools.pool(kind).with(o -> o.maxInFlight(16));
      try (var results =
          pool.imap(
              x -> {
                if (x == 0) {
                  signs.hold("go on");
                }
                signs.add("done");
                return x;
              },
              endless(read))) {
        Iterator<Integer> each = results.iterator();
        Caller<Integer> reader = Caller.of(each::next);
        signs.awaitSize(14);
        reader.awaitWaiting();
        assertThat(read.get()).isLessThanOrEqualTo(16);
        signs.add("go on");
        assertThat(reader.result(SOON)).isZero();
      }
    }
  }

  @Test
  void largeCapturedStateIsNotSentInSilence() {
    byte[] large = new byte[11 << 20];
    try (Logs logs = new Logs();
        Pool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      assertThat(pool.apply(() -> large.length)).isEqualTo(large.length);
      assertThat(logs.messages(Level.WARN)).singleElement().asString().contains("captures");
      assertThat(pool.apply(() -> 1)).isEqualTo(1);
      assertThat(logs.messages(Level.WARN)).hasSize(1);
    }
  }
}
