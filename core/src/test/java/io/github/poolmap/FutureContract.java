package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.Iterators;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.AbstractList;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for the calls of every kind of pool whose caller does not wait. */
interface FutureContract extends PoolUnderTest {

  private static <V> V get(CompletableFuture<V> future) throws Exception {
    return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static Throwable failure(CompletableFuture<?> future) {
    try {
      Object value = future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("the future gave " + value);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** What a task does that sleeps until it is stopped. */
  private static <A> A sleep(Journal talk, A result) throws InterruptedException {
    talk.add("begun");
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      talk.add("interrupted");
      throw e;
    }
    return result;
  }

  /** What a task does that does not heed its interrupt. */
  private static int spin(Journal talk) {
    talk.add(ProcessHandle.current().pid());
    while (true) {
      Thread.onSpinWait();
    }
  }

  private static void awaitInterrupts(Journal talk, int count) {
    await()
        .atMost(Duration.ofSeconds(2))
        .until(() -> Collections.frequency(talk.lines(), "interrupted") == count);
  }

  private static <A> Iterable<A> iterable(Iterable<A> of) {
    return of::iterator;
  }

  /** A collection that cannot be read. */
  private static <A> Collection<A> broken(RuntimeException failure) {
    return new AbstractList<>() {
      @Override
      public A get(int index) {
        throw failure;
      }

      @Override
      public int size() {
        return 3;
      }
    };
  }

  // ---- results

  @Test
  default void mapAsyncGivesWhatMapGives() throws Exception {
    List<Integer> inputs = range(1000);
    List<Integer> results = get(pool().mapAsync(x -> x + 1, inputs));
    assertThat(results).isEqualTo(inputs.stream().map(x -> x + 1).toList());
    assertThatThrownBy(() -> results.set(0, 1)).isInstanceOf(UnsupportedOperationException.class);
    assertThat(get(pool().mapAsync(x -> x, List.of()))).isEmpty();
  }

  @Test
  default void futureResultsAreInTheOrderOfTheInputsWhicheverIsDoneFirst() throws Exception {
    Mapper<Integer, Integer> uneven =
        x -> {
          Thread.sleep(x % 2 == 0 ? 15 : 0);
          return x * x;
        };
    List<Integer> expected = range(20).stream().map(x -> x * x).toList();
    Pool<Object, Object> oneByOne = pool().with(o -> o.chunkSize(1));
    assertThat(get(oneByOne.mapAsync(uneven, range(20)))).isEqualTo(expected);
    assertThat(get(oneByOne.mapAsync(uneven, iterable(range(20))))).isEqualTo(expected);
  }

  @Test
  default void futureResultsAreUnmodifiableAndMayHoldNulls() throws Exception {
    List<Integer> inputs = Arrays.asList(1, null, 3);
    List<String> mapped = get(pool().mapAsync(x -> x == null ? "none" : null, inputs));
    assertThat(mapped).containsExactly(null, "none", null);
    List<Integer> none = get(pool().mapAsync(x -> x, new ArrayList<Integer>()));
    List<Integer> sums =
        get(pool().starmapAsync((a, b) -> a + b, new ArrayList<>(Map.of(1, 2).entrySet())));
    for (List<?> results : List.of(mapped, none, sums)) {
      assertThatThrownBy(() -> results.add(null)).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(results::clear).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  default void starmapAsyncTakesTheEntriesOfAnyMap() throws Exception {
    Map<String, Integer> identity = new IdentityHashMap<>();
    Map<String, Integer> concurrent = new ConcurrentHashMap<>();
    for (int i = 0; i < 100; i++) {
      identity.put("k" + i, i);
      concurrent.put("k" + i, i);
    }
    for (Map<String, Integer> map : List.of(identity, concurrent, Map.of("one", 1))) {
      List<String> expected = new ArrayList<>();
      map.forEach((key, value) -> expected.add(key + "=" + value));
      assertThat(get(pool().starmapAsync((key, value) -> key + "=" + value, map.entrySet())))
          .isEqualTo(expected);
      assertThat(
              get(
                  pool()
                      .<String, Integer, String>starmapAsync(
                          (key, value) -> key + "=" + value, iterable(map.entrySet()))))
          .isEqualTo(expected);
    }
  }

  @Test
  default void applyAsyncGivesTheResultOfItsTask() throws Exception {
    assertThat(get(pool().applyAsync(() -> 42))).isEqualTo(42);
    assertThat(get(pool().<Object>applyAsync(() -> null))).isNull();
  }

  @Test
  default void withoutWorkersOfItsOwnThePoolReturnsFuturesThatAreDone() {
    assumeFalse(runsAsync());
    Thread caller = Thread.currentThread();
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Iterable<Integer> watched =
        () -> range(30).stream().peek(x -> seen.add(Thread.currentThread())).iterator();
    Mapper<Integer, Integer> watching =
        x -> {
          seen.add(Thread.currentThread());
          return x;
        };
    List<CompletableFuture<?>> futures =
        List.of(
            pool().mapAsync(watching, range(30)),
            pool().mapAsync(watching, watched),
            pool().starmapAsync((a, b) -> a, Map.of(1, 2).entrySet()),
            pool().applyAsync(() -> seen.add(Thread.currentThread())),
            pool().applyAsync(() -> Integer.parseInt("none")));
    assertThat(futures).allMatch(CompletableFuture::isDone);
    assertThat(futures.get(4)).isCompletedExceptionally();
    assertThat(seen).containsExactly(caller);
  }

  @Test
  default void theCallReturnsAtOnceOrIsDone() throws Exception {
    Journal talk = journal();
    boolean parallel = runsAsync();
    CompletableFuture<Integer> future =
        pool()
            .applyAsync(
                () -> {
                  if (parallel) {
                    talk.hold("go on");
                  }
                  return 1;
                });
    assertThat(future.isDone()).isEqualTo(!parallel);
    talk.add("go on");
    assertThat(get(future)).isEqualTo(1);
  }

  @Test
  default void aCollectionIsCopiedAtTheCall() throws Exception {
    Journal talk = journal();
    boolean parallel = runsAsync();
    List<Integer> inputs = new ArrayList<>(range(100));
    Map<Integer, Integer> pairs = new HashMap<>(Map.of(1, 2));
    CompletableFuture<List<Integer>> mapped =
        pool()
            .mapAsync(
                x -> {
                  if (parallel) {
                    talk.hold("go on");
                  }
                  return x;
                },
                inputs);
    CompletableFuture<List<Integer>> starmapped =
        pool().starmapAsync((a, b) -> a + b, pairs.entrySet());
    inputs.replaceAll(x -> -1);
    inputs.clear();
    pairs.replaceAll((key, value) -> -1);
    talk.add("go on");
    assertThat(get(mapped)).isEqualTo(range(100));
    assertThat(get(starmapped)).containsExactly(3);
  }

  @Test
  default void otherIterablesAreReadByOneThreadThatIsNotTheCaller() throws Exception {
    assumeTrue(runsAsync());
    Set<Thread> readers = ConcurrentHashMap.newKeySet();
    Iterable<Integer> watched =
        () -> range(300).stream().peek(x -> readers.add(Thread.currentThread())).iterator();
    assertThat(get(pool().mapAsync(x -> x, watched))).isEqualTo(range(300));
    assertThat(readers).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  default void anInputThatBlocksHoldsUpNeitherTheCallerNorOtherCalls() throws Exception {
    assumeTrue(runsAsync());
    CountDownLatch unblock = new CountDownLatch(1);
    Iterable<Integer> late = () -> range(9).stream().peek(x -> waitFor(unblock)).iterator();
    CompletableFuture<List<Integer>> future = pool().mapAsync(x -> x, late);
    assertThat(get(pool().applyAsync(() -> 1))).isEqualTo(1);
    assertThat(future).isNotDone();
    unblock.countDown();
    assertThat(get(future)).isEqualTo(range(9));
  }

  @Test
  default void cancellingReachesAnInputThatBlocks() throws Exception {
    assumeTrue(runsAsync());
    CountDownLatch reads = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Iterable<Integer> never =
        () ->
            Stream.of(1)
                .peek(
                    x -> {
                      reads.countDown();
                      try {
                        Thread.sleep(60_000);
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                      }
                    })
                .iterator();
    CompletableFuture<List<Integer>> future = pool().mapAsync(x -> x, never);
    waitFor(reads);
    assertThat(future.cancel(true)).isTrue();
    assertThat(interrupted.await(2, TimeUnit.SECONDS)).isTrue();
  }

  // ---- failure

  @Test
  default void theFutureFailsWithWhatTheBlockingCallThrows() {
    CompletableFuture<List<Integer>> future =
        pool()
            .mapAsync(
                x -> {
                  if (x == 7) {
                    throw new IOException("disk");
                  }
                  return x;
                },
                range(20));
    Throwable failure = failure(future);
    assertThat(failure).isInstanceOf(TaskException.class).hasCauseInstanceOf(IOException.class);
    assertThat(((TaskException) failure).index()).isEqualTo(7);
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(future::join)
        .withCause(failure);
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> get(future))
        .withCause(failure);
    assertThat(future).isCompletedExceptionally().isNotCancelled();
  }

  @Test
  default void starmapAsyncAndApplyAsyncFailLikeMapAsync() {
    Throwable starmapped =
        failure(pool().starmapAsync((a, b) -> a / b, List.of(Map.entry(4, 2), Map.entry(1, 0))));
    assertThat(starmapped)
        .isInstanceOf(TaskException.class)
        .hasCauseExactlyInstanceOf(ArithmeticException.class);
    assertThat(((TaskException) starmapped).index()).isEqualTo(1);
    Throwable applied =
        failure(
            pool()
                .applyAsync(
                    () -> {
                      throw new IOException("disk");
                    }));
    assertThat(applied)
        .isInstanceOf(TaskException.class)
        .hasCauseExactlyInstanceOf(IOException.class);
    assertThat(((TaskException) applied).index()).isZero();
  }

  @Test
  default void dependentStagesSeeTheFailure() throws Exception {
    Journal talk = journal();
    boolean parallel = runsAsync();
    CompletableFuture<Integer> future =
        pool()
            .applyAsync(
                () -> {
                  if (parallel) {
                    talk.hold("go on");
                  }
                  throw new IOException("disk");
                });
    CompletableFuture<Throwable> handled = future.handle((value, failure) -> failure);
    CompletableFuture<Integer> replaced = future.exceptionally(failure -> -1);
    CompletableFuture<Throwable> further =
        future.thenApply(x -> x + 1).handle((value, failure) -> failure);
    talk.add("go on");
    Throwable failure = failure(future);
    assertThat(get(handled)).isSameAs(failure).isInstanceOf(TaskException.class);
    assertThat(get(replaced)).isEqualTo(-1);
    assertThat(get(further)).isInstanceOf(CompletionException.class).hasCause(failure);
  }

  @Test
  default void theFirstFailureStopsTheRestOfItsFutureAndNothingElse() throws Exception {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CompletableFuture<List<Integer>> future =
        pool()
            .with(o -> o.chunkSize(1))
            .mapAsync(
                x -> {
                  if (x == 1) {
                    talk.hold("begun");
                    throw new IOException("disk");
                  }
                  return sleep(talk, x);
                },
                range(50));
    CompletableFuture<Integer> other = pool().applyAsync(() -> 7);
    assertThat(failure(future)).hasCauseInstanceOf(IOException.class);
    assertThat(talk.lines()).containsExactly("begun", "interrupted");
    assertThat(get(other)).isEqualTo(7);
  }

  @Test
  default void anExceptionOfTheIteratorIsThatOfTheFuture() {
    IllegalStateException broken = new IllegalStateException("no more input");
    Iterable<Integer> failing =
        () ->
            Stream.of(1, 2)
                .peek(
                    x -> {
                      if (x == 2) {
                        throw broken;
                      }
                    })
                .iterator();
    assertThat(failure(pool().mapAsync(x -> x, failing))).isSameAs(broken);
    Iterable<Map.Entry<Integer, Integer>> failingPairs =
        () -> Iterators.transform(failing.iterator(), x -> Map.entry(x, 0));
    assertThat(failure(pool().starmapAsync((a, b) -> a, failingPairs))).isSameAs(broken);
    Error error = new AssertionError("no input at all");
    assertThat(
            failure(
                pool()
                    .mapAsync(
                        x -> x,
                        (Iterable<Integer>)
                            () -> {
                              throw error;
                            })))
        .isSameAs(error);
  }

  @Test
  default void aCollectionThatCannotBeReadFailsTheFuture() {
    IllegalStateException broken = new IllegalStateException("no elements today");
    assertThat(failure(pool().mapAsync(x -> x, FutureContract.<Integer>broken(broken))))
        .isSameAs(broken);
    Collection<Map.Entry<Integer, Integer>> pairs = broken(broken);
    assertThat(failure(pool().starmapAsync((a, b) -> a, pairs))).isSameAs(broken);
  }

  @Test
  default void aNullPairFailsTheFuture() {
    List<Map.Entry<Integer, Integer>> pairs = Arrays.asList(Map.entry(1, 2), null);
    for (Iterable<Map.Entry<Integer, Integer>> each : List.of(pairs, iterable(pairs))) {
      assertThat(failure(pool().starmapAsync((a, b) -> a, each)))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("pair");
    }
  }

  @Test
  default void anUnsendableFunctionIsReportedByTheMethodItself() {
    assumeTrue(survivesCrash());
    Object unsendable = new Object();
    assertThatThrownBy(() -> pool().applyAsync(() -> unsendable.hashCode()))
        .isInstanceOf(NotSerializableTaskException.class);
    assertThatThrownBy(() -> pool().mapAsync(x -> unsendable.hashCode(), range(3)))
        .isInstanceOf(NotSerializableTaskException.class);
    assertThatThrownBy(
            () -> pool().starmapAsync((a, b) -> unsendable.hashCode(), Map.of(1, 2).entrySet()))
        .isInstanceOf(NotSerializableTaskException.class);
  }

  @Test
  default void nullArgumentsAreRefusedByTheMethodItself() {
    assertThatNullPointerException().isThrownBy(() -> pool().mapAsync(null, List.of()));
    assertThatNullPointerException().isThrownBy(() -> pool().mapAsync(x -> x, null));
    assertThatNullPointerException().isThrownBy(() -> pool().starmapAsync(null, List.of()));
    assertThatNullPointerException().isThrownBy(() -> pool().starmapAsync((a, b) -> a, null));
    assertThatNullPointerException().isThrownBy(() -> pool().applyAsync(null));
  }

  @Test
  default void aClosedPoolRefusesAtTheCall() {
    Pool<Object, Object> closed = newPool(o -> o);
    closed.close();
    assertThatExceptionOfType(PoolClosedException.class)
        .isThrownBy(() -> closed.mapAsync(x -> x, range(2)));
    assertThatExceptionOfType(PoolClosedException.class)
        .isThrownBy(() -> closed.applyAsync(() -> 1));
    assertThatExceptionOfType(PoolClosedException.class)
        .isThrownBy(() -> closed.starmapAsync((a, b) -> a, Map.of(1, 2).entrySet()));
  }

  @Test
  default void theInterruptFlagOfTheCallerIsNoneOfItsBusiness() throws InterruptedException {
    assumeTrue(runsAsync());
    Caller<Integer> caller =
        Caller.of(
            () -> {
              Thread.currentThread().interrupt();
              List<CompletableFuture<?>> futures =
                  List.of(
                      pool().applyAsync(() -> 5),
                      pool().mapAsync(x -> x, List.of(5)),
                      pool().mapAsync(x -> x, iterable(List.of(5))),
                      pool().starmapAsync((a, b) -> a, Map.of(5, 0).entrySet()));
              assertThat(Thread.interrupted()).as("still set").isTrue();
              for (CompletableFuture<?> future : futures) {
                assertThat(get(future)).isIn(5, List.of(5));
              }
              return 5;
            });
    assertThat(caller.result(SOON)).isEqualTo(5);
    assertThat(caller.hadFlag()).as("set by none of them").isFalse();
  }

  @Test
  default void theInterruptFlagOfTheCallerDoesNotHideWhyItsCollectionFails()
      throws InterruptedException {
    assumeTrue(runsAsync());
    IllegalStateException broken = new IllegalStateException("no elements today");
    Caller<Throwable> caller =
        Caller.of(
            () -> {
              Thread.currentThread().interrupt();
              CompletableFuture<List<Integer>> future =
                  pool().mapAsync(x -> x, FutureContract.<Integer>broken(broken));
              assertThat(Thread.interrupted()).as("still set").isTrue();
              return failure(future);
            });
    assertThat(caller.result(SOON)).isSameAs(broken);
  }

  // ---- completed by others

  /** Ways to complete a future before its work is done. */
  enum Completion {
    CANCEL(future -> future.cancel(true)),
    COMPLETE(future -> future.complete(List.of())),
    FAIL(future -> future.completeExceptionally(new IllegalStateException("not wanted"))),
    TIMEOUT(future -> future.orTimeout(50, TimeUnit.MILLISECONDS)),
    DEFAULT_AFTER_TIMEOUT(future -> future.completeOnTimeout(List.of(), 50, TimeUnit.MILLISECONDS)),
    COMPLETE_ELSEWHERE(future -> future.completeAsync(List::of)),
    OBTRUDE(future -> future.obtrudeValue(List.of()));

    private final Consumer<CompletableFuture<List<Integer>>> how;

    Completion(Consumer<CompletableFuture<List<Integer>>> how) {
      this.how = how;
    }
  }

  @ParameterizedTest
  @EnumSource
  default void completingTheFutureStopsTheWork(Completion completion) {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CompletableFuture<List<Integer>> future =
        pool().with(o -> o.chunkSize(3)).mapAsync(x -> sleep(talk, x), range(100));
    talk.awaitSize(pool().workers());
    completion.how.accept(future);
    awaitInterrupts(talk, pool().workers());
    await().atMost(SOON).until(future::isDone);
    assertThat(pool().map(x -> x, range(50))).isEqualTo(range(50));
    assertThat(talk.lines()).hasSize(2 * pool().workers());
  }

  @Test
  default void completingStopsTheWorkOfStarmapAsyncAndApplyAsyncToo() {
    assumeTrue(runsAsync());
    Journal talk = journal();
    List<CompletableFuture<?>> futures =
        List.of(
            pool().starmapAsync((a, b) -> sleep(talk, a), Map.of(1, 2).entrySet()),
            pool().applyAsync(() -> sleep(talk, 1)));
    talk.awaitSize(2);
    futures.forEach(future -> future.cancel(true));
    awaitInterrupts(talk, 2);
    assertThat(futures).allMatch(CompletableFuture::isCancelled);
  }

  @Test
  default void whatIsCancelledWhileItWaitsForAWorkerIsNeverStarted() throws Exception {
    assumeTrue(runsAsync());
    Journal talk = journal();
    List<CompletableFuture<Integer>> busy = new ArrayList<>();
    for (int i = 0; i < pool().workers(); i++) {
      int number = i;
      busy.add(
          pool()
              .applyAsync(
                  () -> {
                    talk.add("busy");
                    talk.hold("go on");
                    return number;
                  }));
    }
    talk.awaitSize(pool().workers());
    CompletableFuture<Integer> waiting = pool().applyAsync(() -> sleep(talk, 1));
    assertThat(waiting.cancel(true)).isTrue();
    talk.add("go on");
    for (int i = 0; i < busy.size(); i++) {
      assertThat(get(busy.get(i))).isEqualTo(i);
    }
    assertThat(pool().apply(() -> 3)).isEqualTo(3);
    assertThat(talk.lines()).hasSize(pool().workers() + 1).doesNotContain("begun");
  }

  @Test
  default void cancelDoesNotWaitForTasksThatIgnoreInterrupts() throws Exception {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CompletableFuture<Integer> future =
        pool()
            .with(o -> o.gracePeriod(Duration.ofSeconds(30)))
            .applyAsync(
                () -> {
                  talk.add("deaf");
                  while (!talk.contains("end")) {
                    Thread.onSpinWait();
                  }
                  return 1;
                });
    talk.awaitEntry("deaf");
    assertThat(Caller.of(() -> future.cancel(true)).result(SOON)).isTrue();
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    talk.add("end");
  }

  @Test
  default void cancelEndsTasksThatIgnoreInterrupts() {
    assumeTrue(stopsDeafTasks());
    Journal talk = journal();
    CompletableFuture<List<Integer>> future =
        pool().with(o -> o.chunkSize(1)).mapAsync(x -> spin(talk), range(20));
    talk.awaitSize(pool().workers());
    assertThat(future.cancel(true)).isTrue();
    List<String> deaf = talk.lines();
    await()
        .atMost(GRACE.plusSeconds(2))
        .until(
            () ->
                deaf.stream()
                    .map(pid -> ProcessHandle.of(Long.parseLong(pid)))
                    .noneMatch(process -> process.filter(ProcessHandle::isAlive).isPresent()));
    assertThat(pool().apply(() -> 3)).isEqualTo(3);
    assertThat(talk.lines()).isEqualTo(deaf).hasSize(pool().workers());
  }

  @Test
  default void cancellingStopsTheWorkEvenIfADependentStageBlocks() throws Exception {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CompletableFuture<Integer> future = pool().applyAsync(() -> sleep(talk, 1));
    CountDownLatch unblock = new CountDownLatch(1);
    CompletableFuture<Void> dependent =
        future.handle((value, failure) -> 1).thenAccept(x -> waitFor(unblock));
    talk.awaitEntry("begun");
    Caller<Boolean> canceller = Caller.of(() -> future.cancel(true));
    awaitInterrupts(talk, 1);
    assertThat(dependent).isNotDone();
    unblock.countDown();
    assertThat(canceller.result(SOON)).isTrue();
    get(dependent);
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  default void cancellingWhatIsDoneChangesNothing() throws Exception {
    CompletableFuture<Integer> future = pool().applyAsync(() -> 9);
    assertThat(get(future)).isEqualTo(9);
    assertThat(future.cancel(true)).isFalse();
    assertThat(future.complete(1)).isFalse();
    assertThat(future.completeExceptionally(new IOException("late"))).isFalse();
    assertThat(get(future)).isEqualTo(9);
    assertThat(future).isNotCancelled();
    CompletableFuture<Integer> failed = pool().applyAsync(() -> Integer.parseInt("none"));
    assertThat(failure(failed)).isInstanceOf(TaskException.class);
    assertThat(failed.cancel(true)).isFalse();
    assertThat(failure(failed)).isInstanceOf(TaskException.class);
  }

  @Test
  default void cancellingADependentStageLeavesTheWorkAlone() throws Exception {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CompletableFuture<Integer> future =
        pool()
            .applyAsync(
                () -> {
                  talk.hold("go on");
                  return 4;
                });
    assertThat(future.thenApply(x -> x + 1).cancel(true)).isTrue();
    assertThat(future).isNotDone();
    talk.add("go on");
    assertThat(get(future)).isEqualTo(4);
  }

  @Test
  default void manyFuturesMayBeCancelledAtOnce() {
    assumeTrue(runsAsync());
    Journal talk = journal();
    List<CompletableFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      futures.add(pool().applyAsync(() -> sleep(talk, 1)));
    }
    talk.awaitSize(pool().workers());
    long start = System.nanoTime();
    futures.forEach(future -> future.cancel(true));
    assertThat(pool().map(x -> x, range(20))).isEqualTo(range(20));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(futures).allMatch(CompletableFuture::isCancelled);
    assertThat(Collections.frequency(talk.lines(), "begun")).isLessThan(2000);
  }

  // ---- callbacks

  @Test
  default void whatDependsOnAFutureRunsOnCallbackThreads() throws Exception {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CompletableFuture<Integer> future =
        pool()
            .applyAsync(
                () -> {
                  talk.hold("go on");
                  return 1;
                });
    CompletableFuture<String> sync = future.thenApply(x -> Thread.currentThread().getName());
    CompletableFuture<String> async = future.thenApplyAsync(x -> Thread.currentThread().getName());
    CompletableFuture<String> further = async.thenApplyAsync(x -> Thread.currentThread().getName());
    talk.add("go on");
    assertThat(List.of(get(sync), get(async), get(further)))
        .allSatisfy(name -> assertThat(name).isEqualTo("poolmap-callbacks"));
  }

  @Test
  default void whatDependsAsynchronouslyOnADoneFutureRunsOnCallbackThreadsToo() throws Exception {
    CompletableFuture<Integer> future = pool().applyAsync(() -> 1);
    get(future);
    CompletableFuture<String> async = future.thenApplyAsync(x -> Thread.currentThread().getName());
    assertThat(get(async)).isEqualTo("poolmap-callbacks");
  }

  @Test
  default void callbacksOnTheCompletingThreadHoldUpNobodyWhateverTheyDo() throws Exception {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CountDownLatch unblock = new CountDownLatch(1);
    List<CompletableFuture<?>> dependents = new ArrayList<>();
    List<CompletableFuture<Integer>> sources = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      CompletableFuture<Integer> source =
          pool()
              .applyAsync(
                  () -> {
                    talk.hold("go on");
                    return 1;
                  });
      sources.add(source);
      dependents.add(source.thenAccept(x -> waitFor(unblock)));
      dependents.add(source.thenApply(x -> pool().map(y -> y, range(50)).size()));
      dependents.add(
          source
              .thenAccept(
                  x -> {
                    throw new AssertionError("of the callback");
                  })
              .exceptionally(t -> null));
    }
    talk.add("go on");
    // Not by get(): who waits there helps to run what depends on that very future.
    await().atMost(SOON).until(() -> sources.stream().allMatch(CompletableFuture::isDone));
    assertThat(sources).allSatisfy(source -> assertThat(source.getNow(0)).isEqualTo(1));
    for (int i = 0; i < 20; i++) {
      assertThat(get(pool().applyAsync(() -> 4))).isEqualTo(4);
    }
    unblock.countDown();
    for (CompletableFuture<?> each : dependents) {
      get(each);
    }
  }

  @Test
  default void callbacksThatBlockThrowOrCallThePoolHoldUpNobody() throws Exception {
    assumeTrue(runsAsync());
    CountDownLatch unblock = new CountDownLatch(1);
    List<CompletableFuture<?>> dependents = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      dependents.add(pool().applyAsync(() -> 1).thenAcceptAsync(x -> waitFor(unblock)));
      dependents.add(
          pool()
              .applyAsync(() -> 1)
              .thenAcceptAsync(
                  x -> {
                    throw new IllegalStateException("of the callback");
                  })
              .exceptionally(t -> null));
      dependents.add(pool().applyAsync(() -> 2).thenApplyAsync(x -> pool().map(y -> y, range(50))));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(get(pool().applyAsync(() -> 4))).isEqualTo(4);
    }
    unblock.countDown();
    for (CompletableFuture<?> each : dependents) {
      get(each);
    }
  }

  @Test
  default void aCallbackMayCloseThePoolWhileOtherCallsGoOn() throws Exception {
    Pool<Object, Object> own = newPool(o -> o);
    Journal talk = journal();
    boolean parallel = runsAsync();
    CompletableFuture<Integer> other =
        own.applyAsync(
            () -> {
              if (parallel) {
                talk.hold("others go on");
              }
              return 2;
            });
    CompletableFuture<Integer> first =
        own.applyAsync(
            () -> {
              if (parallel) {
                talk.hold("go on");
              }
              return 1;
            });
    CompletableFuture<Boolean> closing =
        first.thenApply(
            x -> {
              own.close();
              return other.isDone();
            });
    talk.add("go on");
    await().atMost(SOON).until(own::isClosed);
    assertThat(closing.isDone()).as("closed before all was done").isEqualTo(!parallel);
    talk.add("others go on");
    assertThat(get(closing)).as("done when close returns").isTrue();
    assertThat(get(other)).isEqualTo(2);
  }

  @Test
  default void aCallbackMayTerminateThePool() throws Exception {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Journal talk = journal();
    boolean parallel = runsAsync();
    CompletableFuture<Integer> future =
        own.applyAsync(
            () -> {
              if (parallel) {
                talk.hold("go on");
              }
              return 1;
            });
    CompletableFuture<Void> terminating = future.thenAccept(x -> own.terminate());
    talk.add("go on");
    get(terminating);
    assertThat(get(future)).isEqualTo(1);
    assertThatExceptionOfType(PoolClosedException.class).isThrownBy(() -> own.apply(() -> 1));
  }

  // ---- the end

  @Test
  default void closeWaitsForFutures() throws Exception {
    assumeTrue(runsAsync());
    Pool<Object, Object> own = newPool(o -> o);
    Journal talk = journal();
    CompletableFuture<List<Integer>> future =
        own.mapAsync(
            x -> {
              talk.add("begun");
              talk.hold("go on");
              return x;
            },
            range(10));
    talk.awaitEntry("begun");
    Caller<Boolean> closer =
        Caller.of(
            () -> {
              own.close();
              return future.isDone();
            });
    await().atMost(SOON).until(own::isClosed);
    assertThat(closer.isBusy()).isTrue();
    talk.add("go on");
    assertThat(closer.result(SOON)).as("done when close returns").isTrue();
    assertThat(get(future)).isEqualTo(range(10));
  }

  @Test
  default void closeDoesNotWaitForCallbacks() throws Exception {
    assumeTrue(runsAsync());
    Pool<Object, Object> own = newPool(o -> o);
    Journal talk = journal();
    CountDownLatch unblock = new CountDownLatch(1);
    CompletableFuture<Void> blocked =
        own.applyAsync(
                () -> {
                  talk.hold("go on");
                  return 1;
                })
            .thenAccept(x -> waitFor(unblock));
    talk.add("go on");
    Caller.doing(own::close).result(SOON);
    unblock.countDown();
    get(blocked);
  }

  @Test
  default void terminateFailsFuturesWhetherTheyRunOrWait() {
    assumeTrue(runsAsync());
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Journal talk = journal();
    List<CompletableFuture<?>> futures = new ArrayList<>();
    futures.add(own.mapAsync(x -> sleep(talk, x), range(10)));
    futures.add(own.starmapAsync((a, b) -> sleep(talk, a), Map.of(1, 2).entrySet()));
    futures.add(own.mapAsync(x -> sleep(talk, x), iterable(range(10))));
    for (int i = 0; i < 10; i++) {
      futures.add(own.applyAsync(() -> sleep(talk, 1)));
    }
    talk.awaitSize(own.workers());
    long start = System.nanoTime();
    own.terminate();
    assertThat(futures)
        .allSatisfy(future -> assertThat(failure(future)).isInstanceOf(PoolClosedException.class));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(Collections.frequency(talk.lines(), "begun")).isEqualTo(own.workers());
  }

  @Test
  default void aTimeLimitOfTheCallFailsTheFutureAndStopsTheWork() {
    Journal talk = journal();
    Pool<Object, Object> limited =
        pool().with(o -> o.callTimeout(Duration.ofMillis(400)).chunkSize(1));
    long start = System.nanoTime();
    CompletableFuture<List<Integer>> mapped = limited.mapAsync(x -> sleep(talk, x), range(20));
    assertThat(failure(mapped)).isInstanceOf(CallTimeoutException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(Collections.frequency(talk.lines(), "begun"))
        .isLessThanOrEqualTo(pool().workers())
        .isEqualTo(Collections.frequency(talk.lines(), "interrupted"));
    CompletableFuture<Integer> applied = limited.applyAsync(() -> sleep(talk, 1));
    assertThat(failure(applied)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  default void thousandsOfFuturesComplete() throws Exception {
    List<CompletableFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      int number = i;
      futures.add(pool().applyAsync(() -> number));
    }
    for (int i = 0; i < futures.size(); i++) {
      assertThat(get(futures.get(i))).isEqualTo(i);
    }
  }

  @Test
  default void aFutureMadeInsideATaskDoesNotDeadlock() {
    assumeTrue(tasksShareThisJvm());
    List<Integer> sums =
        pool()
            .map(
                x -> {
                  CompletableFuture<List<Integer>> inner =
                      pool().mapAsync(y -> x * 10 + y, range(5));
                  return inner.join().stream().mapToInt(y -> y).sum();
                },
                range(8));
    assertThat(sums).isEqualTo(range(8).stream().map(x -> x * 50 + 10).toList());
  }

  // ---- inputs and results of every shape

  @Test
  default void pairsAreCopiedAtTheCall() throws Exception {
    Map<Integer, Integer> pairs = new TreeMap<>(Map.of(1, 10, 2, 20, 3, 30));
    SimpleEntry<Integer, Integer> first = new SimpleEntry<>(1, 10);
    CompletableFuture<List<Integer>> ofMap = pool().starmapAsync((a, b) -> a + b, pairs.entrySet());
    CompletableFuture<List<Integer>> ofEntry = pool().starmapAsync((a, b) -> a + b, List.of(first));
    pairs.replaceAll((key, value) -> 0);
    pairs.clear();
    first.setValue(0);
    assertThat(get(ofMap)).containsExactly(11, 22, 33);
    assertThat(get(ofEntry)).containsExactly(11);
  }

  @Test
  default void pairsOfOtherIterablesAreReadByOneThreadThatIsNotTheCaller() throws Exception {
    assumeTrue(runsAsync());
    Set<Thread> readers = ConcurrentHashMap.newKeySet();
    Iterable<Map.Entry<Integer, Integer>> watched =
        () ->
            range(100).stream()
                .peek(x -> readers.add(Thread.currentThread()))
                .map(x -> Map.entry(x, x))
                .iterator();
    assertThat(get(pool().starmapAsync((a, b) -> a + b, watched)))
        .isEqualTo(range(100).stream().map(x -> 2 * x).toList());
    assertThat(readers).hasSize(1).doesNotContain(Thread.currentThread());
  }

  @Test
  default void theFailuresOfPairsAndTasksNameTheirIndex() {
    Throwable ofPair =
        failure(
            pool()
                .starmapAsync(
                    (Integer a, Integer b) -> {
                      if (b == 3) {
                        throw new IOException("disk");
                      }
                      return a;
                    },
                    range(5).stream().map(x -> Map.entry(x, x)).toList()));
    assertThat(ofPair).isInstanceOf(TaskException.class).hasCauseInstanceOf(IOException.class);
    assertThat(((TaskException) ofPair).index()).isEqualTo(3);
    Throwable ofTask =
        failure(
            pool()
                .applyAsync(
                    () -> {
                      throw new IOException("disk");
                    }));
    assertThat(ofTask).isInstanceOf(TaskException.class).hasCauseInstanceOf(IOException.class);
    assertThat(((TaskException) ofTask).index()).isZero();
  }

  @Test
  default void anIterableWithoutAnIteratorFailsTheFutureAsItself() {
    IllegalStateException broken = new IllegalStateException("no iterator");
    Iterable<Map.Entry<Integer, Integer>> failing =
        () -> {
          throw broken;
        };
    assertThat(failure(pool().starmapAsync((a, b) -> a, failing))).isSameAs(broken);
    assertThat(failure(pool().mapAsync(x -> 1, failing))).isSameAs(broken);
  }

  @Test
  default void aFutureOfASerialPoolIsCompleteOnReturnWhateverBecameOfIt() {
    assumeFalse(runsAsync());
    assertThat(pool().mapAsync(x -> x, range(5))).isCompletedWithValue(range(5));
    assertThat(
            pool()
                .mapAsync(
                    x -> {
                      throw new IOException("disk");
                    },
                    range(5)))
        .isCompletedExceptionally();
  }

  // ---- the reach of a completion

  @ParameterizedTest
  @EnumSource
  default void completingTheFutureEndsTheReadingOfAnEndlessInput(Completion completion) {
    assumeTrue(runsAsync());
    StreamContract.Endless inputs = new StreamContract.Endless();
    CompletableFuture<List<Integer>> future =
        pool().with(o -> o.maxInFlight(20)).mapAsync(x -> x, inputs);
    await().atMost(PATIENCE).until(() -> inputs.taken.get() > 100);
    completion.how.accept(future);
    await()
        .atMost(Duration.ofSeconds(2))
        .until(() -> future.isDone() && inputs.readers.stream().noneMatch(Thread::isAlive));
    assertThat(inputs.readers).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  default void completingTheFutureReachesAnInputThatBlocks(Completion completion) {
    assumeTrue(runsAsync());
    Set<Thread> readers = ConcurrentHashMap.newKeySet();
    BlockingQueue<Integer> source = new LinkedBlockingQueue<>(range(3));
    Iterable<Integer> blocking =
        () ->
            Stream.generate(
                    () -> {
                      readers.add(Thread.currentThread());
                      try {
                        return source.take();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException("interrupted", e);
                      }
                    })
                .iterator();
    CompletableFuture<List<Integer>> future = pool().mapAsync(x -> x, blocking);
    await().atMost(PATIENCE).until(() -> !readers.isEmpty() && source.isEmpty());
    completion.how.accept(future);
    await()
        .atMost(Duration.ofSeconds(2))
        .until(() -> future.isDone() && readers.stream().noneMatch(Thread::isAlive));
  }

  @Test
  default void cancellingOneFutureDoesNotReachAnother() throws Exception {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CompletableFuture<Integer> other =
        pool()
            .applyAsync(
                () -> {
                  talk.add("other");
                  talk.hold("go on");
                  return 1;
                });
    talk.awaitEntry("other");
    CompletableFuture<List<Integer>> cancelled =
        pool()
            .mapAsync(
                x -> {
                  talk.add("begun");
                  Thread.sleep(60_000);
                  return x;
                },
                range(10));
    talk.awaitEntry("begun");
    cancelled.cancel(true);
    talk.add("go on");
    assertThat(get(other)).isEqualTo(1);
  }

  @Test
  default void cancelEndsAllTheDeafTasksOfAMapAndStartsNoOther() {
    assumeTrue(stopsDeafTasks());
    Journal talk = journal();
    CompletableFuture<List<Integer>> future =
        pool()
            .with(o -> o.chunkSize(1))
            .mapAsync(
                x -> {
                  talk.add(ProcessHandle.current().pid());
                  while (true) {
                    Thread.onSpinWait();
                  }
                },
                range(100));
    talk.awaitSize(pool().workers());
    assertThat(future.cancel(true)).isTrue();
    await()
        .atMost(Duration.ofSeconds(2))
        .until(
            () ->
                talk.lines().stream()
                    .allMatch(
                        pid ->
                            ProcessHandle.of(Long.parseLong(pid))
                                .filter(ProcessHandle::isAlive)
                                .isEmpty()));
    assertThat(pool().map(x -> x, range(50))).isEqualTo(range(50));
    assertThat(talk.lines()).hasSize(pool().workers());
  }

  // ---- callbacks of futures that are not complete yet

  /** A future that completes when the journal says so, so that what depends on it is there. */
  private CompletableFuture<Integer> held(Pool<Object, Object> of, Journal talk) {
    boolean parallel = runsAsync();
    return of.applyAsync(
        () -> {
          if (parallel) {
            talk.hold("go on");
          }
          return 1;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void aCallbackMayEndThePoolWhereTheFutureCompletes(boolean terminate) throws Exception {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Journal talk = journal();
    CompletableFuture<Void> ending =
        held(own, talk)
            .thenAccept(
                x -> {
                  if (terminate) {
                    own.terminate();
                  } else {
                    own.close();
                  }
                });
    talk.add("go on");
    get(ending);
    assertThat(own.isClosed()).isTrue();
  }

  // ---- the end of a pool with futures

  @Test
  default void whenCloseReturnsEveryFutureIsDone() throws Exception {
    Pool<Object, Object> own = newPool(o -> o);
    Iterable<Integer> noCollection = () -> range(200).iterator();
    List<CompletableFuture<?>> futures = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      futures.add(own.applyAsync(() -> 1));
      futures.add(own.mapAsync(x -> x, range(20)));
      futures.add(own.mapAsync(x -> x, noCollection));
    }
    Caller<Long> closer =
        Caller.of(
            () -> {
              own.close();
              return futures.stream().filter(each -> !each.isDone()).count();
            });
    assertThat(closer.result(PATIENCE)).as("not done when close returned").isZero();
    for (CompletableFuture<?> each : futures) {
      get(each);
    }
  }

  @Test
  default void tenThousandFuturesInARowLeaveNothingBehind() throws Exception {
    List<WeakReference<Object>> dropped = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      int number = i;
      CompletableFuture<Integer> future = pool().applyAsync(() -> number);
      assertThat(get(future)).isEqualTo(number);
      if (i % 1000 == 0) {
        dropped.add(new WeakReference<>(future));
      }
    }
    // The last calls may be remembered for a while, by threads that are idle now.
    pool().apply(() -> 1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(dropped).allMatch(each -> each.get() == null);
            });
  }

  @Test
  default void aFutureIsNotTakenByACompletionThatIsRefused() throws Exception {
    CompletableFuture<Integer> future = pool().applyAsync(() -> 3);
    assertThatNullPointerException().isThrownBy(() -> future.completeExceptionally(null));
    assertThat(get(future)).isEqualTo(3);
  }
}
