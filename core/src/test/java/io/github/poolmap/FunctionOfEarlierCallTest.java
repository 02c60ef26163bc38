package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ObjectInputFilter;
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

  private static volatile int last;

  private enum Colour {
    RED
  }

  /**
   * One worker, whose defects would show by another one in its place: what two sides understand
   * differently ends it, and its items are done again.
   */
  private static final class Worker implements AutoCloseable {

    private final ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .startStrategy(StartStrategy.spawn())
            .options(o -> o.chunkSize(1))
            .build();

    private final long pid = pid();

    private long pid() {
      return pool.apply(() -> ProcessHandle.current().pid());
    }

    <T, R> List<R> map(Mapper<T, R> function, List<T> items) {
      return pool.map(function, items);
    }

    /** Returns how many bytes a call with one item takes. */
    long sent(Mapper<Integer, Integer> function) {
      long before = sent();
      assertThat(map(function, List.of(1))).hasSize(1);
      return sent() - before;
    }

    private long sent() {
      return pool.stats().slots().stream().mapToLong(PoolStats.Slot::bytesSent).sum();
    }

    @Override
    public void close() {
      try {
        assertThat(pid()).isEqualTo(pid);
      } finally {
        pool.close();
      }
    }
  }

  private static int twice(int x) {
    return 2 * x;
  }

  private static int positive(int x) {
    last = x;
    if (x < 0) {
      throw new IllegalArgumentException("negative: " + x);
    }
    return x;
  }

  private static Object filtered(Object x) {
    if (x.equals("filter")) {
      ObjectInputFilter.Config.setSerialFilter(
          info ->
              info.serialClass() == Colour.class
                  ? ObjectInputFilter.Status.REJECTED
                  : ObjectInputFilter.Status.UNDECIDED);
    }
    return "done";
  }

  @Test
  void itIsSentOnce() {
    try (Worker worker = new Worker()) {
      assertThat(worker.sent(FunctionOfEarlierCallTest::twice)).isGreaterThan(LEAST_OF_A_FUNCTION);
      for (int i = 0; i < 5; i++) {
        assertThat(worker.sent(FunctionOfEarlierCallTest::twice)).isLessThan(LEAST_OF_A_FUNCTION);
      }
    }
  }

  @Test
  void theOneThatIsUsedAllTheTimeStaysAndOthersMakeRoom() {
    try (Worker worker = new Worker()) {
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
          int number = i;
          long bytes = worker.sent(FunctionOfEarlierCallTest::twice);
          if (round + i > 0) {
            assertThat(bytes).isLessThan(LEAST_OF_A_FUNCTION);
          }
          assertThat(worker.sent(x -> x + number)).isGreaterThan(LEAST_OF_A_FUNCTION);
        }
      }
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
    try (Worker worker = new Worker()) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++) {
          int number = i;
          String text = "text " + i % 7;
          List<String> results = worker.map(x -> text + ", " + number + ", " + x, List.of(round));
          assertThat(results).containsExactly("text " + i % 7 + ", " + i + ", " + round);
        }
      }
    }
  }

  @Test
  void whatOneCallChangesInItIsNotThereInTheNext() {
    try (Worker worker = new Worker()) {
      AtomicInteger counter = new AtomicInteger();
      Mapper<Integer, Integer> count = x -> counter.addAndGet(x);
      for (int i = 0; i < 3; i++) {
        assertThat(worker.map(count, List.of(1, 1, 1))).containsExactly(1, 2, 3);
      }
      counter.set(10);
      assertThat(worker.map(count, List.of(1, 1))).containsExactly(11, 12);
    }
  }

  @Test
  void aFilterThatATaskHasSetIsAskedInTheNextCall() {
    try (Worker worker = new Worker()) {
      Mapper<Object, Object> function = FunctionOfEarlierCallTest::filtered;
      assertThat(worker.map(function, List.of(Colour.RED))).containsExactly("done");
      assertThat(worker.map(function, List.of("filter"))).containsExactly("done");
      TaskException refused =
          catchThrowableOfType(
              TaskException.class, () -> worker.map(function, List.of(Colour.RED)));
      assertThat(refused).hasStackTraceContaining(Colour.class.getName());
    }
  }

  @Test
  void whatWaitsBehindAFailureIsNotBegunAndTheFunctionWorksAgain() {
    List<Integer> good = PoolUnderTest.range(200);
    List<Integer> bad = new ArrayList<>(good);
    bad.set(150, -1);
    try (Worker worker = new Worker()) {
      for (int i = 0; i < 30; i++) {
        TaskException failure =
            catchThrowableOfType(
                TaskException.class, () -> worker.map(FunctionOfEarlierCallTest::positive, bad));
        assertThat(failure.index()).isEqualTo(150);
        assertThat(worker.map(x -> last, List.of(0))).containsExactly(-1);
        assertThat(worker.map(FunctionOfEarlierCallTest::positive, good)).isEqualTo(good);
      }
    }
  }

  @Test
  void aFailureOfOneCallIsNotThatOfAnotherAtTheSameTime() throws Exception {
    List<Integer> good = PoolUnderTest.range(100);
    List<Integer> bad = Collections.nCopies(20, -1);
    ExecutorService callers = Executors.newFixedThreadPool(2);
    try (Worker worker = new Worker()) {
      for (int i = 0; i < 30; i++) {
        Future<List<Integer>> results =
            callers.submit(() -> worker.map(FunctionOfEarlierCallTest::positive, good));
        Future<TaskException> failure =
            callers.submit(
                () ->
                    catchThrowableOfType(
                        TaskException.class,
                        () -> worker.map(FunctionOfEarlierCallTest::positive, bad)));
        assertThat(results.get()).isEqualTo(good);
        assertThat(failure.get().index()).isZero();
      }
    } finally {
      callers.shutdownNow();
    }
  }
}
