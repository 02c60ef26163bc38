package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Calls that share a pool do not harm each other, and each can be ended by itself. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class IndependentCallsTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofMillis(200);

  private static ProcessPool<Object, Object> processes(int workers) {
    return ProcessPool.builder().workers(workers).options(o -> o.gracePeriod(GRACE)).build();
  }

  @Test
  void endingOneCallDoesNotCostAnotherItsWorker(@TempDir Path folder) throws InterruptedException {
    Journal journal = new Journal(folder.resolve("journal"));
    try (ProcessPool<Object, Object> pool = processes(1)) {
      List<Integer> many = PoolUnderTest.range(20_000);
      Caller<List<Integer>> slow =
          Caller.of(
              () ->
                  pool.map(
                      x -> {
                        if (x == 300) {
                          journal.add("held");
                          journal.hold("go on");
                        }
                        return x;
                      },
                      PoolUnderTest.range(600)));
      Caller<?> quick = Caller.of(() -> pool.with(o -> o.chunkSize(1)).map(x -> x, many));
      journal.awaitEntry("held");
      quick.interrupt();
      assertThat(quick.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
      journal.add("go on");
      assertThat(slow.result(SOON)).isEqualTo(PoolUnderTest.range(600));
    }
  }

  @Test
  void aLongCallOfShortChunksDoesNotStarveAShortOne() throws InterruptedException {
    try (ProcessPool<Object, Object> pool = processes(1)) {
      List<Integer> many = PoolUnderTest.range(2_000_000);
      Caller<?> lengthy = Caller.of(() -> pool.with(o -> o.chunkSize(10)).map(x -> x, many));
      await().atMost(SOON).until(() -> pool.apply(() -> 1) == 1);
      assertThat(lengthy.isBusy()).isTrue();
      lengthy.interrupt();
      assertThat(lengthy.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    }
  }

  @Test
  void interruptsAndGracePeriodsOfManyCallersNeverHitTheItemsOfOthers()
      throws InterruptedException {
    try (ProcessPool<Object, Object> pool = processes(2)) {
      List<Integer> inputs = PoolUnderTest.range(200);
      List<Integer> expected = inputs.stream().map(x -> x + 1).toList();
      CountDownLatch over = new CountDownLatch(1);
      AtomicInteger wrong = new AtomicInteger();
      Caller<?> victim =
          Caller.doing(
              () -> {
                while (over.getCount() > 0) {
                  if (!pool.map(x -> x + 1, inputs).equals(expected)) {
                    wrong.incrementAndGet();
                  }
                }
              });
      for (int i = 0; i < 60; i++) {
        Caller<?> interrupted =
            Caller.of(() -> pool.with(o -> o.chunkSize(1)).map(x -> x, PoolUnderTest.range(5_000)));
        // Twice, since a second interrupt finds the caller at work on the first.
        interrupted.interrupt();
        Thread.yield();
        interrupted.interrupt();
        assertThat(interrupted.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
      }
      over.countDown();
      victim.result(SOON);
      assertThat(wrong).hasValue(0);
    }
  }

  @Test
  void aLaneThatIsGivenUpAtOnceStillGetsItsInterrupt() {
    AtomicInteger running = new AtomicInteger();
    // Each lane that is given up is logged, which is not the point here.
    try (Logs quiet = new Logs();
        ThreadPool<Object, Object> pool =
            ThreadPool.builder()
                .workers(2)
                .options(o -> o.gracePeriod(Duration.ZERO).chunkSize(1))
                .build()) {
      for (int i = 0; i < 200; i++) {
        CountDownLatch bothRun = new CountDownLatch(2);
        assertThatThrownBy(
                () ->
                    pool.map(
                        x -> {
                          bothRun.countDown();
                          bothRun.await();
                          if (x == 0) {
                            throw new IOException("fails");
                          }
                          running.incrementAndGet();
                          while (!Thread.interrupted()) {
                            Thread.onSpinWait();
                          }
                          running.decrementAndGet();
                          return x;
                        },
                        List.of(0, 1)))
            .isInstanceOf(TaskException.class)
            .hasRootCauseInstanceOf(IOException.class);
      }
      await().atMost(SOON).until(() -> running.get() == 0);
      assertThat(quiet.messages(Level.ERROR)).isEmpty();
    }
  }

  @Test
  void aCallerWhoIsInterruptedWhileItsInputIsReadStopsReading() throws InterruptedException {
    try (ThreadPool<Object, Object> pool = ThreadPool.builder().workers(1).build()) {
      AtomicInteger read = new AtomicInteger();
      Iterable<Integer> endless =
          () ->
              new Iterator<>() {
                @Override
                public boolean hasNext() {
                  return true;
                }

                @Override
                public Integer next() {
                  return read.incrementAndGet();
                }
              };
      Caller<?> caller = Caller.of(() -> pool.map(x -> x % 2 == 0, endless));
      await().atMost(SOON).until(() -> read.get() > 100);
      caller.interrupt();
      assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
      assertThat(caller.hadFlag()).isTrue();
    }
  }

  @Test
  void aPoolMayBeClosedByTheInputOfItsOwnCall() {
    ThreadPool<Object, Object> pool = ThreadPool.builder().workers(1).build();
    Iterable<Integer> closing =
        () -> {
          pool.close();
          return List.of(1, 2, 3).iterator();
        };
    assertThat(pool.map(x -> x, closing)).containsExactly(1, 2, 3);
    assertThat(pool.isClosed()).isTrue();
  }
}
