package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a pool tells of itself: {@link PoolListener} and {@link PoolStats}. */
interface ListenerContract extends PoolUnderTest {

  /** Writes down what it hears. */
  final class Recorder implements PoolListener {

    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private void hear(String event, Throwable failure) {
      threads.add(Thread.currentThread());
      if (failure != null) {
        failures.add(failure);
      }
      events.add(failure == null ? event : event + " " + failure.getClass().getSimpleName());
    }

    @Override
    public void callStarted(Call call) {
      hear("call " + call.number() + " started", null);
    }

    @Override
    public void callEnded(Call call, Duration duration, Throwable failure) {
      assertThat(duration).isBetween(Duration.ZERO, PATIENCE);
      hear("call " + call.number() + " ended", failure);
    }

    @Override
    public void workerStarted(Worker worker) {
      hear("worker " + worker.index() + " started", null);
    }

    @Override
    public void workerEnded(Worker worker) {
      hear("worker " + worker.index() + " ended", null);
    }

    @Override
    public void itemRetried(Item item, Throwable failure) {
      hear("item " + item.index() + " retried after attempt " + item.attempt(), failure);
    }

    @Override
    public void itemFailed(Item item, Throwable failure) {
      hear("item " + item.index() + " failed in attempt " + item.attempt(), failure);
    }

    List<String> await(int size) {
      org.awaitility.Awaitility.await().atMost(PATIENCE).until(() -> events.size() >= size);
      return events;
    }

    /** Events of workers may come between any others. */
    List<String> awaitWithoutWorkers(int size) {
      org.awaitility.Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> withoutWorkers().size() >= size);
      return withoutWorkers();
    }

    private List<String> withoutWorkers() {
      return events.stream().filter(event -> !event.startsWith("worker ")).toList();
    }
  }

  private Pool<Object, Object> heardBy(PoolListener listener, UnaryOperator<MapOptions> options) {
    return build(
        builder ->
            builder
                .workers(1)
                .listener(listener)
                .options(o -> options.apply(o.gracePeriod(GRACE))));
  }

  // ---- events

  @Test
  default void aListenerHearsOfCallsInOrder() {
    Recorder heard = new Recorder();
    try (Pool<Object, Object> own = heardBy(heard, o -> o)) {
      own.map(x -> x, range(3));
      own.applyAsync(() -> 1).join();
      assertThat(own.imap(x -> x, range(3))).hasSize(3);
      own.mapOutcomes(x -> x, range(3));
      own.forEach(x -> {}, List.of());
    }
    assertThat(heard.awaitWithoutWorkers(10))
        .containsExactly(
            "call 1 started",
            "call 1 ended",
            "call 2 started",
            "call 2 ended",
            "call 3 started",
            "call 3 ended",
            "call 4 started",
            "call 4 ended",
            "call 5 started",
            "call 5 ended");
  }

  @Test
  default void aListenerHearsOfWorkers() {
    assumeTrue(runsAsync());
    Recorder heard = new Recorder();
    try (Pool<Object, Object> own = heardBy(heard, o -> o)) {
      own.map(x -> x, range(3));
    }
    assertThat(heard.await(4))
        .containsExactly("call 1 started", "worker 0 started", "call 1 ended", "worker 0 ended");
  }

  @Test
  default void aListenerHearsWhyAnItemAndItsCallFailed() {
    Recorder heard = new Recorder();
    Mapper<Integer, Integer> failing =
        x -> {
          if (x == 2) {
            throw new IllegalStateException("the bug");
          }
          return x;
        };
    try (Pool<Object, Object> own = heardBy(heard, o -> o.chunkSize(1))) {
      assertThatThrownBy(() -> own.map(failing, range(6))).isInstanceOf(TaskException.class);
      assertThat(heard.awaitWithoutWorkers(3))
          .containsExactly(
              "call 1 started",
              "item 2 failed in attempt 1 IllegalStateException",
              "call 1 ended TaskException");
      assertThat(heard.failures.get(0)).hasMessage("the bug");
      own.mapOutcomes(failing, range(6));
      assertThat(heard.awaitWithoutWorkers(6).subList(3, 6))
          .containsExactly(
              "call 2 started", "item 2 failed in attempt 1 IllegalStateException", "call 2 ended");
      assertThat(catchThrowable(() -> own.mapAsync(failing, range(6)).join())).isNotNull();
      assertThat(heard.awaitWithoutWorkers(9).subList(6, 9))
          .containsExactly(
              "call 3 started",
              "item 2 failed in attempt 1 IllegalStateException",
              "call 3 ended TaskException");
      assertThatThrownBy(() -> own.imap(failing, range(6)).toList())
          .isInstanceOf(TaskException.class);
      assertThat(heard.awaitWithoutWorkers(12).subList(9, 12))
          .containsExactly(
              "call 4 started",
              "item 2 failed in attempt 1 IllegalStateException",
              "call 4 ended TaskException");
    }
  }

  @Test
  default void aListenerHearsOfEachRetry() {
    Recorder heard = new Recorder();
    try (Pool<Object, Object> own = heardBy(heard, o -> o.chunkSize(1).retries(2))) {
      assertThatThrownBy(() -> own.map(x -> Integer.parseInt("none"), range(1)))
          .isInstanceOf(TaskException.class);
      assertThat(heard.awaitWithoutWorkers(5))
          .containsExactly(
              "call 1 started",
              "item 0 retried after attempt 1 NumberFormatException",
              "item 0 retried after attempt 2 NumberFormatException",
              "item 0 failed in attempt 3 NumberFormatException",
              "call 1 ended TaskException");
    }
  }

  @Test
  default void aListenerHearsOfTheEndOfACallThatWasStopped() throws InterruptedException {
    Recorder heard = new Recorder();
    Journal talk = journal();
    try (Pool<Object, Object> own = heardBy(heard, o -> o)) {
      Caller<Integer> caller =
          Caller.of(
              () ->
                  own.apply(
                      () -> {
                        talk.add("runs");
                        Thread.sleep(60_000);
                        return 1;
                      }));
      talk.awaitEntry("runs");
      caller.interrupt();
      caller.failure(SOON);
      assertThat(heard.awaitWithoutWorkers(2))
          .containsExactly("call 1 started", "call 1 ended PoolInterruptedException");
    }
  }

  @Test
  default void aListenerHearsOfACrashAndOfTheNextWorker() {
    assumeTrue(survivesCrash());
    Recorder heard = new Recorder();
    try (Logs logs = new Logs();
        Pool<Object, Object> own = heardBy(heard, o -> o.chunkSize(1))) {
      own.mapOutcomes(
          x -> {
            if (x == 1) {
              Runtime.getRuntime().halt(9);
            }
            return x;
          },
          range(3));
      assertThat(logs.messages(Level.ERROR)).isEmpty();
    }
    assertThat(heard.await(7))
        .containsExactly(
            "call 1 started",
            "worker 0 started",
            "item 1 failed in attempt 1 WorkerCrashedException",
            "worker 0 ended",
            "worker 0 started",
            "call 1 ended",
            "worker 0 ended");
  }

  // ---- its thread

  @Test
  default void eachListenerHasADaemonThreadOfItsOwn() {
    Recorder one = new Recorder();
    Recorder other = new Recorder();
    try (Pool<Object, Object> own = build(b -> b.workers(1).listener(one).listener(other))) {
      own.map(x -> x, range(3));
      one.awaitWithoutWorkers(2);
      other.awaitWithoutWorkers(2);
    }
    assertThat(one.threads)
        .doesNotContainAnyElementsOf(other.threads)
        .doesNotContain(Thread.currentThread())
        .allSatisfy(
            thread -> {
              assertThat(thread.getName()).isEqualTo("poolmap-listener");
              assertThat(thread.isDaemon()).isTrue();
            });
  }

  /** Throws at every call. */
  final class Thrower implements PoolListener {
    @Override
    public void callStarted(Call call) {
      throw new IllegalStateException("not my day");
    }

    @Override
    public void callEnded(Call call, Duration duration, Throwable failure) {
      throw new AssertionError("nor my hour");
    }
  }

  @Test
  default void aListenerThatThrowsHarmsNoCallAndIsLogged() {
    Recorder other = new Recorder();
    try (Logs logs = new Logs();
        Pool<Object, Object> own =
            build(b -> b.workers(1).listener(new Thrower()).listener(other))) {
      assertThat(own.map(x -> x, range(3))).isEqualTo(range(3));
      assertThat(own.map(x -> x, range(3))).isEqualTo(range(3));
      assertThat(other.awaitWithoutWorkers(4)).hasSize(4);
      await().atMost(PATIENCE).until(() -> logs.messages(Level.WARN).size() >= 4);
      assertThat(logs.messages(Level.WARN))
          .hasSize(4)
          .allSatisfy(line -> assertThat(line).contains(Thrower.class.getName(), "failed"));
    }
  }

  /** Waits until it may hear. */
  final class Sleeper implements PoolListener {
    final CountDownLatch mayHear = new CountDownLatch(1);
    final AtomicInteger heard = new AtomicInteger();

    @Override
    public void callStarted(Call call) {
      try {
        mayHear.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void itemFailed(Item item, Throwable failure) {
      heard.incrementAndGet();
    }
  }

  @Test
  default void aListenerThatBlocksHoldsUpNeitherCallsNorTheEnd() throws InterruptedException {
    Sleeper sleeper = new Sleeper();
    Recorder other = new Recorder();
    Pool<Object, Object> own = build(b -> b.workers(1).listener(sleeper).listener(other));
    try {
      assertThat(own.map(x -> x, range(100))).isEqualTo(range(100));
      assertThat(other.awaitWithoutWorkers(2)).hasSize(2);
      Caller.doing(own::close).result(SOON);
    } finally {
      sleeper.mayHear.countDown();
    }
  }

  @Test
  default void aFloodForASlowListenerIsBoundedAndTheLogSaysWhatItMissed() {
    int flood = 12_000;
    Sleeper sleeper = new Sleeper();
    try (Logs logs = new Logs();
        Pool<Object, Object> own = heardBy(sleeper, o -> o)) {
      List<Outcome<Integer, Object>> outcomes =
          own.mapOutcomes(
              x -> {
                throw new StacklessException();
              },
              range(flood));
      assertThat(Outcome.failures(outcomes)).hasSize(flood);
      assertThat(logs.messages(Level.WARN))
          .singleElement()
          .asString()
          .contains("too slow", Sleeper.class.getName());
      sleeper.mayHear.countDown();
      await().atMost(PATIENCE).until(() -> logs.messages(Level.WARN).size() == 2);
      assertThat(sleeper.heard.get()).isBetween(9_000, 10_001);
      assertThat(logs.messages(Level.WARN).get(1))
          .matches(own.stats().pool() + ": \\d{4} events were not told to listener .*Sleeper");
    } finally {
      sleeper.mayHear.countDown();
    }
  }

  /** Cheap to throw and to send. */
  final class StacklessException extends Exception {
    private static final long serialVersionUID = 1L;

    StacklessException() {
      super("one of many", null, false, false);
    }
  }

  // ---- statistics

  @Test
  default void statsCountWhatThePoolHasDone() {
    try (Pool<Object, Object> own = newPool(o -> o.retries(1))) {
      PoolStats fresh = own.stats();
      assertThat(fresh.calls() + fresh.items() + fresh.failures() + fresh.retries()).isZero();
      assertThat(fresh.liveWorkers()).isZero();
      own.map(x -> x, range(10));
      assertThat(own.with(o -> o.chunkSize(3)).imap(x -> x, range(5))).hasSize(5);
      own.mapOutcomes(x -> 12 / x, range(4));
      PoolStats stats = own.stats();
      assertThat(stats.pool()).startsWith("poolmap-");
      assertThat(stats.workers()).isEqualTo(own.workers());
      assertThat(stats.calls()).isEqualTo(3);
      assertThat(stats.items()).isEqualTo(19);
      assertThat(stats.failures()).isEqualTo(1);
      assertThat(stats.retries()).isEqualTo(1);
      assertThat(stats.crashes()).isZero();
      assertThat(stats.liveWorkers()).isBetween(1, own.workers());
      assertThat(stats.decision()).isEmpty();
      assertThat(stats.toString())
          .startsWith(stats.pool() + ": 3 calls, 19 items ended (1 failed), 1 retry, 0 crashes")
          .containsPattern(" (of " + own.workers() + " workers?|1 calling thread) live");
    }
  }

  @Test
  default void statsCountCrashes() {
    assumeTrue(survivesCrash());
    try (Logs logs = new Logs();
        Pool<Object, Object> own = newPool(o -> o.chunkSize(1))) {
      own.mapOutcomes(
          x -> {
            if (x == 3) {
              Runtime.getRuntime().halt(1);
            }
            return x;
          },
          range(6));
      assertThat(own.stats().crashes()).isEqualTo(1);
      assertThat(own.stats().failures()).isEqualTo(1);
      assertThat(own.stats().items()).isEqualTo(6);
      assertThat(logs.messages(Level.ERROR)).isEmpty();
    }
  }

  @Test
  default void viewsShareTheStatisticsOfTheirPool() {
    Pool<Object, Object> own = newPool(options -> options);
    own.with(o -> o.chunkSize(2)).map(x -> x, range(4));
    assertThat(own.stats().items()).isEqualTo(4);
    own.close();
    assertThat(own.stats().items()).isEqualTo(4);
    assertThat(own.stats().liveWorkers()).isZero();
  }
}
