package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A function that comes again in a later call: workers that have it are not sent it. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class FunctionOfEarlierCallTest {

  /** More than a worker keeps. */
  private static final int MANY = 40;

  /** The name of its method alone takes more bytes than an item. */
  private static final int LEAST_OF_A_FUNCTION = 100;

  private static ProcessPool<Object, Object> worker() {
    return ProcessPool.builder().workers(1).options(o -> o.chunkSize(1)).build();
  }

  private static int twice(int x) {
    return 2 * x;
  }

  private static int positive(int x) {
    if (x < 0) {
      throw new IllegalArgumentException("negative: " + x);
    }
    return x;
  }

  private static long sent(ProcessPool<Object, Object> pool) {
    return pool.stats().slots().stream().mapToLong(PoolStats.Slot::bytesSent).sum();
  }

  @Test
  void itIsSentOnce() {
    try (ProcessPool<Object, Object> pool = worker()) {
      List<Long> bytes = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        long before = sent(pool);
        assertThat(pool.map(FunctionOfEarlierCallTest::twice, List.of(i))).containsExactly(2 * i);
        bytes.add(sent(pool) - before);
      }
      assertThat(bytes.get(0)).isGreaterThan(LEAST_OF_A_FUNCTION);
      assertThat(bytes.subList(1, 5)).allMatch(each -> each < LEAST_OF_A_FUNCTION);
    }
  }

  @Test
  void itIsSentToAWorkerThatIsNew() {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .maxTasksPerWorker(2)
            .options(o -> o.chunkSize(1))
            .build()) {
      for (int i = 0; i < 6; i++) {
        assertThat(pool.map(FunctionOfEarlierCallTest::twice, List.of(i, 3)))
            .containsExactly(2 * i, 6);
      }
    }
  }

  @Test
  void whatItCapturesIsThatOfItsOwnCall() {
    try (ProcessPool<Object, Object> pool = worker()) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++) {
          int number = i;
          String text = "text " + i % 7;
          List<String> results = pool.map(x -> text + ", " + number + ", " + x, List.of(round));
          assertThat(results).containsExactly("text " + i % 7 + ", " + i + ", " + round);
        }
      }
    }
  }

  @Test
  void whatOneCallChangesInItIsNotThereInTheNext() {
    try (ProcessPool<Object, Object> pool = worker()) {
      AtomicInteger counter = new AtomicInteger();
      Mapper<Integer, Integer> count = x -> counter.addAndGet(x);
      for (int i = 0; i < 3; i++) {
        assertThat(pool.map(count, List.of(1, 1, 1))).containsExactly(1, 2, 3);
      }
      counter.set(10);
      assertThat(pool.map(count, List.of(1, 1))).containsExactly(11, 12);
    }
  }

  @Test
  void itWorksAgainAfterACallThatFailed() {
    List<Integer> good = PoolUnderTest.range(200);
    List<Integer> bad = new ArrayList<>(good);
    bad.set(100, -1);
    try (ProcessPool<Object, Object> pool = worker()) {
      for (int i = 0; i < 30; i++) {
        TaskException failure =
            catchThrowableOfType(
                TaskException.class, () -> pool.map(FunctionOfEarlierCallTest::positive, bad));
        assertThat(failure.index()).isEqualTo(100);
        assertThat(pool.map(FunctionOfEarlierCallTest::positive, good)).isEqualTo(good);
      }
    }
  }

  @Test
  void aFailureOfOneCallIsNotThatOfAnotherAtTheSameTime() throws Exception {
    List<Integer> good = PoolUnderTest.range(100);
    List<Integer> bad = Collections.nCopies(20, -1);
    ExecutorService callers = Executors.newFixedThreadPool(2);
    try (ProcessPool<Object, Object> pool = worker()) {
      for (int i = 0; i < 30; i++) {
        Future<List<Integer>> results =
            callers.submit(() -> pool.map(FunctionOfEarlierCallTest::positive, good));
        Future<TaskException> failure =
            callers.submit(
                () ->
                    catchThrowableOfType(
                        TaskException.class,
                        () -> pool.map(FunctionOfEarlierCallTest::positive, bad)));
        assertThat(results.get()).isEqualTo(good);
        assertThat(failure.get().index()).isZero();
      }
    } finally {
      callers.shutdownNow();
    }
  }
}
