package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** How listeners of progress are told, and that they harm nobody. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProgressTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private ThreadPool<Object, Object> pool;

  @BeforeEach
  void open() {
    pool = ThreadPool.builder().workers(2).name("told").build();
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private Pool<Object, Object> heardBy(ProgressListener listener) {
    return pool.with(o -> o.progress(listener));
  }

  @Test
  void oneDaemonTellsAListenerOfAllItsCalls() throws Exception {
    HeardProgress heard = new HeardProgress();
    HeardProgress other = new HeardProgress();
    CyclicBarrier together = new CyclicBarrier(2);
    List<Caller<List<Integer>>> callers = new ArrayList<>();
    for (HeardProgress each : List.of(heard, heard, other)) {
      callers.add(Caller.of(() -> heardBy(each).map(x -> x, range(1000))));
    }
    // Two calls with the same one at the same time.
    for (int i = 0; i < 2; i++) {
      callers.add(
          Caller.of(
              () ->
                  heardBy(heard)
                      .map(
                          x -> {
                            together.await();
                            return x;
                          },
                          range(1))));
    }
    for (Caller<List<Integer>> caller : callers) {
      caller.result(SOON);
    }
    heard.awaitEnd(4);
    other.awaitEnd(1);
    assertThat(heard.threads)
        .doesNotContainAnyElementsOf(other.threads)
        .allSatisfy(
            thread -> {
              assertThat(thread.getName()).isEqualTo("poolmap-progress");
              assertThat(thread.isDaemon()).isTrue();
            });
    await().atMost(SOON).until(() -> heard.threads.stream().noneMatch(Thread::isAlive));
    heardBy(heard).apply(() -> 1);
    assertThat(heard.awaitEnd(5).last().call().pool()).isEqualTo("told");
  }

  @Test
  void eventsOfACallComeInOrderAndAreFewHoweverManyItemsThereAre() {
    HeardProgress heard = new HeardProgress();
    int items = 1_000_000;
    long start = System.nanoTime();
    heardBy(heard).forEach(x -> {}, range(items));
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertThat(heard.awaitEnd(1).last().done()).isEqualTo(items);
    assertThat(heard.events.get(0)).isEqualTo("started 1");
    assertThat(heard.events.get(heard.events.size() - 1)).isEqualTo("ended 1");
    assertThat(heard.states.size()).isLessThanOrEqualTo((int) taken.toMillis() / 100 + 3);
  }

  @Test
  void aCallThatStandsStillIsToldOncePerSecond() throws Exception {
    HeardProgress heard = new HeardProgress();
    CountDownLatch goOn = new CountDownLatch(1);
    Caller<Object> caller =
        Caller.of(
            () ->
                heardBy(heard)
                    .apply(
                        () -> {
                          goOn.await();
                          return 1;
                        }));
    await().atMost(SOON).until(() -> heard.states.size() >= 2);
    assertThat(heard.states.get(1).elapsed().minus(heard.states.get(0).elapsed()))
        .isGreaterThan(Duration.ofMillis(500));
    goOn.countDown();
    caller.result(SOON);
    heard.awaitEnd(1);
  }

  @Test
  void theTotalOfAnIterableIsKnownOnceItHasBeenRead() throws Exception {
    HeardProgress heard = new HeardProgress();
    CountDownLatch read = new CountDownLatch(1);
    CountDownLatch work = new CountDownLatch(1);
    Iterator<Integer> numbers = range(5).iterator();
    Iterable<Integer> input =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                if (!numbers.hasNext()) {
                  awaitUnchecked(read);
                }
                return numbers.hasNext();
              }

              @Override
              public Integer next() {
                return numbers.next();
              }
            };
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                heardBy(heard)
                    .with(o -> o.chunkSize(1))
                    .map(
                        x -> {
                          if (x == 4) {
                            work.await();
                          }
                          return x;
                        },
                        input));
    heard.awaitDone(4);
    assertThat(heard.states).allMatch(state -> state.total().isEmpty());
    assertThat(heard.states).allMatch(state -> state.eta().isEmpty());
    read.countDown();
    await()
        .atMost(SOON)
        .until(() -> heard.states.get(heard.states.size() - 1).total().equals(OptionalLong.of(5)));
    work.countDown();
    assertThat(caller.result(SOON)).hasSize(5);
    assertThat(heard.awaitEnd(1).last().done()).isEqualTo(5);
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anInputThatFailsEndsTheProgressWithThat() {
    HeardProgress heard = new HeardProgress();
    Iterable<Integer> input =
        () -> {
          throw new IllegalStateException("no input");
        };
    assertThatThrownBy(() -> heardBy(heard).map(x -> x, input)).hasMessage("no input");
    assertThat(heard.awaitEnd(1).failure()).hasMessage("no input");
    assertThatThrownBy(() -> heardBy(heard).imap(x -> x, input).toList()).hasMessage("no input");
    assertThat(heard.awaitEnd(2).failure()).hasMessage("no input");
  }

  @Test
  void aCollectionWhoseSizeFailsFailsWhereItIsRead() {
    HeardProgress heard = new HeardProgress();
    List<Integer> hostile =
        new ArrayList<>(range(3)) {
          private static final long serialVersionUID = 1L;

          @Override
          public int size() {
            throw new IllegalStateException("no size");
          }
        };
    assertThat(heardBy(heard).imap(x -> x, hostile)).containsExactly(0, 1, 2);
    HeardProgress.End end = heard.awaitEnd(1);
    assertThat(end.last().total()).hasValue(3);
    assertThat(end.failure()).isNull();
  }

  @Test
  void nestedCallsAreToldAsSuchWithTheirLabel() {
    HeardProgress outer = new HeardProgress();
    HeardProgress inner = new HeardProgress();
    Pool<Object, Object> inside = pool.with(o -> o.progress(inner).progress("inside"));
    heardBy(outer).map(x -> inside.map(y -> y, range(10)).size(), range(3));
    outer.awaitEnd(1);
    inner.awaitEnd(3);
    assertThat(outer.starts.get(0).call().nested()).isFalse();
    assertThat(outer.starts.get(0).call().label()).isEmpty();
    assertThat(inner.starts)
        .allSatisfy(
            state -> {
              assertThat(state.call().nested()).isTrue();
              assertThat(state.call().label()).isEqualTo("inside");
            });
    assertThat(inner.ends).allMatch(end -> end.last().done() == 10);
  }

  @Test
  void aListenerThatThrowsHarmsNobodyAndIsLoggedOnce() {
    ProgressListener thrower =
        new ProgressListener() {
          @Override
          public void started(Progress first) {
            throw new IllegalStateException("not my day");
          }

          @Override
          public void progressed(Progress now) {
            throw new AssertionError("nor my hour");
          }
        };
    AtomicInteger ended = new AtomicInteger();
    ProgressListener alsoAtTheEnd =
        new ProgressListener() {
          @Override
          public void progressed(Progress now) {
            throw new IllegalStateException("never");
          }

          @Override
          public void ended(Progress last, Throwable failure) {
            ended.incrementAndGet();
            Thread.currentThread().interrupt();
          }
        };
    try (Logs logs = new Logs()) {
      assertThat(heardBy(thrower).map(x -> x, range(100))).hasSize(100);
      assertThat(heardBy(alsoAtTheEnd).map(x -> x, range(100))).hasSize(100);
      await().atMost(SOON).until(() -> ended.get() == 1 && logs.messages(Level.WARN).size() >= 2);
      assertThat(logs.messages(Level.WARN))
          .hasSize(2)
          .allSatisfy(line -> assertThat(line).contains(ProgressTest.class.getName(), "failed"));
    }
  }

  /** Waits until it may hear. */
  private static final class Sleeper implements ProgressListener {

    final CountDownLatch mayHear = new CountDownLatch(1);
    final AtomicLong ended = new AtomicLong();
    final List<Progress> heard = new CopyOnWriteArrayList<>();

    @Override
    public void started(Progress first) {
      awaitUnchecked(mayHear);
    }

    @Override
    public void progressed(Progress now) {
      heard.add(now);
    }

    @Override
    public void ended(Progress last, Throwable failure) {
      ended.incrementAndGet();
    }
  }

  @Test
  void aListenerThatBlocksHoldsUpNeitherCallsNorTheEnd() throws InterruptedException {
    Sleeper sleeper = new Sleeper();
    HeardProgress other = new HeardProgress();
    try {
      assertThat(heardBy(sleeper).map(x -> x, range(100))).hasSize(100);
      assertThat(heardBy(other).map(x -> x, range(100))).hasSize(100);
      other.awaitEnd(1);
      Caller.doing(pool::close).result(SOON);
      assertThat(sleeper.heard).isEmpty();
    } finally {
      sleeper.mayHear.countDown();
    }
    await().atMost(SOON).until(() -> sleeper.ended.get() == 1);
    assertThat(sleeper.heard).singleElement().matches(state -> state.done() == 100);
  }

  @Test
  void aFloodOfCallsForASlowListenerIsBoundedAndTheLogSaysWhatItMissed() {
    Sleeper sleeper = new Sleeper();
    SerialPool<Object, Object> serial = SerialPool.builder().build();
    Pool<Object, Object> heard = serial.with(o -> o.progress(sleeper));
    try (Logs logs = new Logs();
        serial) {
      for (int i = 0; i < 10_500; i++) {
        heard.apply(() -> 1);
      }
      assertThat(logs.messages(Level.WARN)).singleElement().asString().contains("too slow");
      sleeper.mayHear.countDown();
      await().atMost(SOON).until(() -> logs.messages(Level.WARN).size() == 2);
      assertThat(sleeper.ended.get()).isEqualTo(10_000);
      assertThat(logs.messages(Level.WARN).get(1)).startsWith("500 calls were not told");
    } finally {
      sleeper.mayHear.countDown();
    }
  }

  @Test
  void aStreamThatIsDroppedEndsItsProgress() throws InterruptedException {
    HeardProgress heard = new HeardProgress();
    readOneAndDrop(heardBy(heard));
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(200, TimeUnit.MILLISECONDS)
        .until(
            () -> {
              System.gc();
              return heard.ends.size() == 1;
            });
    assertThat(heard.awaitEnd(1).last().done()).isBetween(1L, 99_999L);
  }

  private static void readOneAndDrop(Pool<Object, Object> from) {
    Stream<Integer> stream = from.imap(x -> x, Collections.unmodifiableList(range(100_000)));
    Iterator<Integer> results = stream.iterator();
    assertThat(results.next()).isZero();
  }

  @Test
  void callsThatComeTooLateAreNotHeardOf() {
    HeardProgress heard = new HeardProgress();
    pool.close();
    assertThatThrownBy(() -> heardBy(heard).map(x -> x, range(3)))
        .isInstanceOf(PoolClosedException.class);
    assertThat(heard.events).isEmpty();
  }

  @Test
  void rateAndTimeLeftFollowFromTheState() {
    ProgressListener.Call call = new ProgressListener.Call("p", 1, "", false);
    ProgressListener.Progress state =
        new ProgressListener.Progress(call, 20, 1, OptionalLong.of(80), Duration.ofSeconds(10));
    assertThat(state.rate()).isEqualTo(2.0);
    assertThat(state.eta()).contains(Duration.ofSeconds(30));
    ProgressListener.Progress none =
        new ProgressListener.Progress(call, 0, 0, OptionalLong.of(80), Duration.ZERO);
    assertThat(none.rate()).isZero();
    assertThat(none.eta()).isEmpty();
  }

  @Test
  void optionsKnowWhatWasSet() {
    HeardProgress heard = new HeardProgress();
    MapOptions options = MapOptions.defaults().progress("parsing").progress(heard);
    assertThat(options.progressLabel()).contains("parsing");
    assertThat(options.progressListener()).containsSame(heard);
    assertThat(options)
        .isEqualTo(MapOptions.defaults().progress(heard).progress("parsing"))
        .isNotEqualTo(MapOptions.defaults().progress("parsing"))
        .hasToString(
            MapOptions.defaults().toString().replace("=none]", "=\"parsing\" and a listener]"));
    assertThat(MapOptions.defaults().progressLabel()).isEmpty();
    assertThat(MapOptions.defaults().progressListener()).isEmpty();
    assertThatNullPointerException()
        .isThrownBy(() -> options.progress((String) null))
        .withMessage("progress");
    assertThatNullPointerException()
        .isThrownBy(() -> options.progress((ProgressListener) null))
        .withMessage("progress");
  }
}
