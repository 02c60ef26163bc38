package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks that call pools are stopped like any other, and so is what they call. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class NestedCallsTest {

  private static ThreadPool<Object, Object> threads(Duration grace) {
    return ThreadPool.builder().workers(2).options(o -> o.gracePeriod(grace).chunkSize(1)).build();
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "PROCESSES")
  void aTaskCanStillBeInterruptedAfterANestedCall(PoolKind nested) {
    AtomicBoolean interrupted = new AtomicBoolean();
    try (Pools pools = Pools.create();
        ThreadPool<Object, Object> pool = threads(Duration.ofSeconds(20))) {
      CountDownLatch nestedIsOver = new CountDownLatch(1);
      assertThatThrownBy(
              () ->
                  pool.map(
                      x -> {
                        if (x == 0) {
                          pools.pool(nested).map(y -> y, PoolUnderTest.range(10));
                          nestedIsOver.countDown();
                          try {
                            new CountDownLatch(1).await();
                          } catch (InterruptedException e) {
                            interrupted.set(true);
                          }
                          return 0;
                        }
                        nestedIsOver.await();
                        throw new IOException("the real bug");
                      },
                      List.of(0, 1)))
          .hasRootCauseInstanceOf(IOException.class);
      assertThat(interrupted).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "PROCESSES")
  void stoppingATaskStopsTheCallThatItMakes(PoolKind nested) {
    AtomicInteger done = new AtomicInteger();
    AtomicReference<Throwable> seen = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    try (Pools pools = Pools.create();
        ThreadPool<Object, Object> pool = threads(Duration.ofSeconds(20))) {
      CountDownLatch inside = new CountDownLatch(1);
      assertThatThrownBy(
              () ->
                  pool.map(
                      x -> {
                        if (x == 0) {
                          try {
                            return pools
                                .pool(nested)
                                .map(
                                    y -> {
                                      inside.countDown();
                                      // Computes until it is interrupted, and does not clear the
                                      // flag.
                                      while (!Thread.currentThread().isInterrupted()) {
                                        Thread.onSpinWait();
                                      }
                                      return done.incrementAndGet();
                                    },
                                    PoolUnderTest.range(25));
                          } catch (PoolInterruptedException e) {
                            flag.set(Thread.currentThread().isInterrupted());
                            seen.set(e);
                            throw e;
                          }
                        }
                        inside.await();
                        throw new IOException("the real bug");
                      },
                      List.of(0, 1)))
          .hasRootCauseInstanceOf(IOException.class);
    }
    assertThat(done).hasValue(1);
    assertThat(seen.get()).isInstanceOf(PoolInterruptedException.class);
    assertThat(flag).as("the interrupt flag inside the task").isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "PROCESSES")
  void recursionWithoutEndExhaustsTheStackAndHangsNobody(PoolKind kind) {
    try (Pools pools = Pools.create()) {
      Pool<Object, Object> pool = pools.pool(kind);
      assertThatThrownBy(() -> recurse(pool))
          .isInstanceOfAny(StackOverflowError.class, TaskException.class);
      assertThat(pool.map(x -> x, List.of(1, 2))).containsExactly(1, 2);
    }
  }

  private static Object recurse(Pool<Object, Object> pool) {
    return pool.map(x -> recurse(pool), List.of(1));
  }

  private static final AtomicReference<Pool<Object, Object>> TO_BE_CALLED = new AtomicReference<>();

  private static final class CallsItsPool implements Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      TO_BE_CALLED.get().apply(() -> 1);
    }
  }

  @Test
  void anInputThatCallsItsOwnProcessPoolWhileItIsWrittenFailsInsteadOfWaitingForItself() {
    try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      TO_BE_CALLED.set(pool);
      assertThatThrownBy(() -> pool.map(x -> 1, List.of(new CallsItsPool())))
          .isInstanceOf(TaskException.class)
          .hasMessageContaining("cannot wait for worker processes");
      assertThat(pool.map(x -> x, List.of(1))).containsExactly(1);
    }
  }

  private static final class ClosesItsPool implements Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      TO_BE_CALLED.get().close();
    }
  }

  @Test
  void anInputThatClosesItsPoolWhileItIsWrittenDoesNotWaitForItself() {
    ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build();
    TO_BE_CALLED.set(pool);
    assertThat(pool.map(x -> 1, List.of(new ClosesItsPool()))).containsExactly(1);
    assertThat(pool.isClosed()).isTrue();
  }

  // ---- calls of every kind, in pools that are as small as can be

  /** Where tasks call from. */
  private enum Outer {
    ONE_THREAD,
    TWO_THREADS,
    VIRTUAL,
    AUTO,
    SERIAL;

    Pool<Object, Object> of(Pools pools) {
      return switch (this) {
        case ONE_THREAD -> pools.threads(1);
        case TWO_THREADS -> pools.threads(2);
        case VIRTUAL -> pools.virtualThreads();
        case AUTO -> pools.auto();
        case SERIAL -> pools.serial();
      };
    }

    void assumeAvailable() {
      assumeTrue(this != VIRTUAL || Runtime.version().feature() >= 21);
    }
  }

  /** How they call. */
  private enum Inner {
    MAP {
      @Override
      List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
        return pool.map(mapper, PoolUnderTest.range(3));
      }
    },
    MAP_ASYNC {
      @Override
      List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
        return pool.mapAsync(mapper, PoolUnderTest.range(3)).join();
      }
    },
    MAP_ASYNC_OF_AN_ITERABLE {
      @Override
      List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
        Iterable<Integer> inputs = () -> PoolUnderTest.range(3).iterator();
        return pool.mapAsync(mapper, inputs).join();
      }
    },
    APPLY_ASYNC {
      @Override
      List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
        return PoolUnderTest.range(3).stream()
            .map(x -> pool.<Integer>applyAsync(() -> mapper.map(x)))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
      }
    },
    STREAM {
      @Override
      List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
        return pool.<Integer, Integer>imap(mapper, PoolUnderTest.range(3)).toList();
      }
    },
    STREAM_OF_OUTCOMES {
      @Override
      List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
        return pool.<Integer, Integer>imapOutcomes(mapper, PoolUnderTest.range(3))
            .map(Outcome::value)
            .toList();
      }
    },
    WITH_TASK_TIMEOUT {
      @Override
      List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
        return MAP.call(pool.with(o -> o.taskTimeout(LONG)), mapper);
      }
    },
    WITH_CALL_TIMEOUT {
      @Override
      List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper) {
        return MAP.call(pool.with(o -> o.callTimeout(LONG)), mapper);
      }
    };

    abstract List<Integer> call(Pool<Object, Object> pool, Mapper<Integer, Integer> mapper);
  }

  private static final Duration LONG = Duration.ofSeconds(50);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final Duration SOON = Duration.ofSeconds(10);

  private static Stream<Arguments> outerAndInner() {
    return Stream.of(Outer.values())
        .flatMap(outer -> Stream.of(Inner.values()).map(inner -> Arguments.of(outer, inner)));
  }

  /** Counts the leaves of a tree of calls. */
  private static int leaves(List<Pool<Object, Object>> pools, Inner inner, int depth) {
    if (depth == 0) {
      return 1;
    }
    Pool<Object, Object> next = pools.get(depth % pools.size());
    return inner.call(next, x -> leaves(pools, inner, depth - 1)).stream()
        .mapToInt(Integer::intValue)
        .sum();
  }

  @ParameterizedTest
  @MethodSource("outerAndInner")
  void callsInsideCallsInsideCallsEndAndLeaveNoThreadBehind(Outer outer, Inner inner) {
    outer.assumeAvailable();
    try (Pools pools = Pools.create()) {
      Pool<Object, Object> pool = outer.of(pools);
      assertThat(leaves(List.of(pool), inner, 3)).isEqualTo(27);
      await().atMost(SOON).until(() -> extraThreads(pool.workers()).isEmpty());
    }
  }

  /** Threads of pools that are none of the workers that stay. */
  private static List<String> extraThreads(int workers) {
    Pattern numbered = Pattern.compile("poolmap-.*-(\\d+)");
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(
            name -> {
              Matcher matcher = numbered.matcher(name);
              return matcher.matches() && Integer.parseInt(matcher.group(1)) > workers;
            })
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Inner.class)
  void twoPoolsOfOneThreadMayCallEachOther(Inner inner) throws InterruptedException {
    try (Pool<Object, Object> one = ThreadPool.builder().workers(1).build();
        Pool<Object, Object> other = ThreadPool.builder().workers(1).build()) {
      Caller<Integer> oneWay = Caller.of(() -> leaves(List.of(one, other), inner, 4));
      Caller<Integer> otherWay = Caller.of(() -> leaves(List.of(other, one), inner, 4));
      assertThat(oneWay.result(LONG)).isEqualTo(81);
      assertThat(otherWay.result(LONG)).isEqualTo(81);
    }
  }

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

  @ParameterizedTest
  @EnumSource(value = Outer.class, mode = Mode.EXCLUDE, names = "SERIAL")
  void theTimeLimitOfANestedCallHoldsThoughItsTaskIsDeaf(Outer outer) {
    outer.assumeAvailable();
    CountDownLatch release = new CountDownLatch(1);
    try (Logs logs = new Logs();
        Pools pools = Pools.create()) {
      Pool<Object, Object> pool = outer.of(pools);
      Task<Integer> deaf =
          () -> {
            ignoreInterruptsUntil(release);
            return 1;
          };
      String said =
          pool.apply(
              () -> {
                Throwable task =
                    catchThrowable(
                        () -> pool.with(o -> o.taskTimeout(SHORT).gracePeriod(SHORT)).apply(deaf));
                Throwable call =
                    catchThrowable(
                        () -> pool.with(o -> o.callTimeout(SHORT).gracePeriod(SHORT)).apply(deaf));
                return task.getClass().getSimpleName() + " " + call.getClass().getSimpleName();
              });
      assertThat(said).isEqualTo("TaskTimeoutException CallTimeoutException");
      assertThat(logs.messages(Level.WARN)).hasSize(2);
    } finally {
      release.countDown();
    }
    await().atMost(SOON).until(() -> extraThreads(0).isEmpty());
  }

  // ---- processes

  private static void awaitClosed(Pool<?, ?> pool) {
    await().atMost(SOON).until(pool::isClosed);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTaskMayCallAndWaitWhileItsPoolIsBeingClosed(boolean timed) throws Exception {
    ThreadPool<Object, Object> pool = threads(Duration.ofSeconds(20));
    Pool<Object, Object> nested =
        timed ? pool.with(o -> o.callTimeout(Duration.ofSeconds(20))) : pool;
    CountDownLatch inside = new CountDownLatch(1);
    CompletableFuture<List<Integer>> call =
        pool.mapAsync(
            x -> {
              inside.countDown();
              awaitClosed(pool);
              return nested.map(y -> y + 1, List.of(x)).get(0);
            },
            List.of(1, 2, 3, 4));
    inside.await();
    pool.close();
    assertThat(call).isCompletedWithValue(List.of(2, 3, 4, 5));
  }

  @Test
  void aTaskCannotLeaveCallsBehindInAPoolThatIsBeingClosed() throws Exception {
    ThreadPool<Object, Object> pool = threads(Duration.ofSeconds(20));
    CountDownLatch inside = new CountDownLatch(1);
    CompletableFuture<List<Object>> call =
        pool.mapAsync(
            x -> {
              inside.countDown();
              awaitClosed(pool);
              return List.of(
                  catchThrowable(() -> pool.applyAsync(() -> 1)),
                  catchThrowable(() -> pool.imap(y -> y, List.of(1))));
            },
            List.of(0));
    inside.await();
    pool.close();
    assertThat((List<?>) call.get().get(0))
        .hasSize(2)
        .hasOnlyElementsOfType(PoolClosedException.class);
  }

  @Test
  void aTaskOfACancelledStreamMakesNoCallsInAPoolThatIsBeingClosed() throws Exception {
    ThreadPool<Object, Object> pool = threads(Duration.ofSeconds(20));
    AtomicReference<Throwable> seen = new AtomicReference<>();
    CountDownLatch inside = new CountDownLatch(1);
    CompletableFuture<Integer> other =
        pool.applyAsync(
            () -> {
              await().atMost(SOON).until(() -> seen.get() != null);
              return 1;
            });
    Caller<Long> reader =
        Caller.of(
            () -> {
              try (Stream<Integer> results =
                  pool.imap(
                      x -> {
                        inside.countDown();
                        boolean closed = false;
                        while (!closed) {
                          // Not what the stop asks for.
                          closed = pool.isClosed() && Thread.interrupted();
                        }
                        seen.set(catchThrowable(() -> pool.map(y -> y, List.of(1))));
                        return x;
                      },
                      List.of(0))) {
                return results.count();
              }
            });
    inside.await();
    pool.close();
    assertThat(seen.get()).isInstanceOf(PoolClosedException.class);
    assertThat(other).isCompletedWithValue(1);
    assertThat(reader.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  @Test
  void closeWaitsForTheThreadsOfNestedCalls() {
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    ThreadPool<Object, Object> pool = threads(Duration.ofSeconds(20));
    pool.apply(
        () -> {
          CompletableFuture<Integer> nested =
              pool.applyAsync(
                  () -> {
                    started.countDown();
                    Uninterruptibles.awaitUninterruptibly(closing);
                    Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(200));
                    ended.set(true);
                    return 1;
                  });
          started.await();
          // Nobody waits for it any more, but it is deaf.
          nested.complete(2);
          return 0;
        });
    Thread letsItEnd =
        new Thread(
            () -> {
              awaitClosed(pool);
              closing.countDown();
            });
    letsItEnd.start();
    pool.close();
    assertThat(ended).isTrue();
    Uninterruptibles.joinUninterruptibly(letsItEnd);
  }

  /** Calls a process pool when it is initialized. */
  private static final class CallsInItsInitializer {
    static final String SAID = call();

    private static String call() {
      try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
        return "it worked: " + pool.apply(() -> 7);
      } catch (NestedPoolException e) {
        return e.getMessage();
      }
    }
  }

  @Test
  void aProcessPoolCalledByAStaticInitializerIsRefusedInAWorkerAndWorksInTheProgram() {
    try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      String said = pool.apply(() -> CallsInItsInitializer.SAID);
      assertThat(said)
          .contains("static initializer", CallsInItsInitializer.class.getName())
          .doesNotContain("it worked");
    }
    assertThat(CallsInItsInitializer.SAID).isEqualTo("it worked: 7");
  }

  /** Holds its pools beside what it does. */
  private static final class HoldsPools {
    static final Pools POOLS = Pools.create();

    static int answer() {
      int threads = POOLS.threads().apply(() -> 40);
      return threads + POOLS.processes(1).<Integer>apply(() -> 2);
    }
  }

  @Test
  void aStaticInitializerMayMakePoolsInAWorkerAndItsTasksMayUseThem() {
    try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      assertThat(pool.<Integer>apply(HoldsPools::answer)).isEqualTo(42);
    }
    assertThat(HoldsPools.answer()).isEqualTo(42);
    HoldsPools.POOLS.close();
  }

  @Test
  void workersOfWorkersStartNoWorkers() {
    try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      String said = pool.apply(() -> inAWorker(() -> inAWorker(() -> "too deep")));
      assertThat(said).contains("depth 2").doesNotContain("too deep");
    }
  }

  private static String inAWorker(Task<String> task) {
    try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      return pool.apply(task);
    } catch (NestedPoolException e) {
      return e.getMessage();
    }
  }

  @Test
  void aWorkerThatACallInATaskHasForItselfStartsAndEndsUnderTheSameNumber() {
    List<Integer> started = new CopyOnWriteArrayList<>();
    List<Integer> ended = new CopyOnWriteArrayList<>();
    PoolListener listener =
        new PoolListener() {
          @Override
          public void workerStarted(Worker worker) {
            started.add(worker.index());
          }

          @Override
          public void workerEnded(Worker worker) {
            ended.add(worker.index());
          }
        };
    try (ThreadPool<Object, Object> pool =
        ThreadPool.builder().workers(1).listener(listener).build()) {
      assertThat(pool.<Integer>apply(() -> pool.<Integer>applyAsync(() -> 7).join())).isEqualTo(7);
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> ended.size() == 2);
    assertThat(started).containsExactlyInAnyOrderElementsOf(ended).doesNotHaveDuplicates();
  }
}
