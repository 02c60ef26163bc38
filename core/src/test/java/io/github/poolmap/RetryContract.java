package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for retries in every kind of pool. */
interface RetryContract extends PoolUnderTest {

  /** Notes each attempt; multiples of 7 fail so many times before they succeed. */
  private static Mapper<Integer, Integer> failing(Journal attempts, int times) {
    return x -> {
      attempts.add(x);
      if (x % 7 == 0 && Collections.frequency(attempts.lines(), Integer.toString(x)) <= times) {
        throw new IOException("attempt at " + x);
      }
      return x * 2;
    };
  }

  private static int started(Journal attempts, int item) {
    return Collections.frequency(attempts.numbers(), item);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 100})
  default void anItemIsTriedAgainUntilItSucceeds(int chunkSize) {
    Journal attempts = journal();
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(o -> o.retries(2).chunkSize(chunkSize))
            .mapOutcomes(failing(attempts, 2), range(30));
    assertThat(Outcome.values(outcomes)).isEqualTo(range(30).stream().map(x -> x * 2).toList());
    for (Outcome<Integer, Integer> outcome : outcomes) {
      int expected = outcome.index() % 7 == 0 ? 3 : 1;
      assertThat(outcome.attempts()).isEqualTo(expected);
      assertThat(started(attempts, (int) outcome.index())).isEqualTo(expected);
    }
  }

  @Test
  default void callsThatFailFastAndStreamsTryAgainToo() {
    List<Integer> expected = range(30).stream().map(x -> x * 2).toList();
    Journal attempts = journal();
    Pool<Object, Object> patient = pool().with(o -> o.retries(1).chunkSize(4));
    assertThat(patient.map(failing(attempts, 1), range(30))).isEqualTo(expected);
    Mapper<Integer, Integer> again = failing(attempts, 3);
    assertThat(pool().with(o -> o.retries(3).chunkSize(4)).imap(again, range(30)).toList())
        .isEqualTo(expected);
  }

  @Test
  default void everyKindOfCallTriesAgain() {
    Journal attempts = journal();
    Pool<Object, Object> patient = pool().with(o -> o.retries(5));
    Iterable<Integer> iterable = range(20)::iterator;
    List<Integer> expected = range(20).stream().map(x -> x * 2).toList();
    assertThat(patient.map(failing(attempts, 1), iterable)).isEqualTo(expected);
    try (Stream<Integer> results = patient.imapUnordered(failing(attempts, 3), range(20))) {
      assertThat(results.toList()).containsExactlyInAnyOrderElementsOf(expected);
    }
    assertThat(started(attempts, 7)).as("twice, and twice more").isEqualTo(4);
    try (Stream<Outcome<Integer, Integer>> outcomes =
        patient.imapOutcomes(failing(attempts, 6), range(20))) {
      assertThat(outcomes.toList())
          .hasSize(20)
          .allSatisfy(
              outcome -> {
                assertThat(outcome.value()).isEqualTo(2 * outcome.input());
                assertThat(outcome.attempts()).isEqualTo(outcome.index() % 7 == 0 ? 3 : 1);
              });
    }
    assertThat(patient.mapAsync(failing(attempts, 8), range(20)).join()).isEqualTo(expected);
    patient.forEach(x -> failing(attempts, 10).map(x), range(20));
    assertThat(started(attempts, 14)).isEqualTo(11);
    assertThat(
            patient.starmap((a, b) -> failing(attempts, 2).map(a + b), List.of(Map.entry(20, 1))))
        .containsExactly(42);
    assertThat(patient.<Integer>apply(() -> failing(attempts, 2).map(28))).isEqualTo(56);
    assertThat(started(attempts, 28)).isEqualTo(3);
  }

  @Test
  default void theFailureOfTheLastAttemptCounts() {
    Journal attempts = journal();
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () -> pool().with(o -> o.retries(3)).map(failing(attempts, 100), List.of(1, 7, 2)));
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure.attempts()).isEqualTo(4);
    assertThat(failure).hasCauseInstanceOf(IOException.class).hasMessageContaining("attempts: 4");
    assertThat(started(attempts, 7)).isEqualTo(4);
    assertThat(started(attempts, 1)).isLessThanOrEqualTo(1);
  }

  @Test
  default void withoutRetriesNothingIsTriedAgain() {
    Journal attempts = journal();
    List<Outcome<Integer, Integer>> outcomes =
        pool().with(o -> o.chunkSize(10)).mapOutcomes(failing(attempts, 1), range(30));
    assertThat(Outcome.failures(outcomes)).hasSize(5);
    assertThat(attempts.numbers()).containsExactlyInAnyOrderElementsOf(range(30));
  }

  @Test
  default void withoutRetriesNoMixtureOfFailuresStartsAnItemTwice() {
    assumeTrue(runsAsync());
    Journal started = journal();
    boolean crashes = survivesCrash();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(
                  o ->
                      o.retries(0)
                          .taskTimeout(Duration.ofMillis(400))
                          .gracePeriod(Duration.ofMillis(50))
                          .chunkSize(50))
              .mapOutcomes(
                  x -> {
                    started.add(x);
                    if (x % 50 == 5) {
                      throw new IOException("of " + x);
                    }
                    if (x % 50 == 17 && crashes) {
                      Runtime.getRuntime().halt(3);
                    }
                    if (x == 31) {
                      TimeLimitContract.deafHere(started);
                    }
                    return x;
                  },
                  range(100));
      started.add("end");
      assertThat(logs).isNotNull();
      for (Outcome<Integer, Integer> outcome : outcomes) {
        assertThat(outcome.attempts()).isEqualTo(1);
        switch ((int) outcome.index()) {
          case 5, 55 -> assertThat(outcome.failure()).isExactlyInstanceOf(TaskException.class);
          case 17, 67 -> assertThat(outcome.isSuccess()).isEqualTo(!crashes);
          case 31 -> assertThat(outcome.failure()).isInstanceOf(TaskTimeoutException.class);
          default -> assertThat(outcome.value()).isEqualTo((int) outcome.index());
        }
      }
    }
    List<String> lines = new ArrayList<>(started.lines());
    lines.remove("end");
    assertThat(lines)
        .containsExactlyInAnyOrderElementsOf(range(100).stream().map(String::valueOf).toList());
  }

  @Test
  default void retryOnIsNotAskedAboutTheLastAttempt() {
    for (int retries = 0; retries < 3; retries++) {
      int most = retries;
      Queue<Throwable> asked = new ConcurrentLinkedQueue<>();
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(o -> o.retries(most).retryOn(failure -> asked.add(failure)))
              .mapOutcomes(
                  x -> {
                    throw new IOException("of " + x);
                  },
                  range(4));
      assertThat(outcomes).allSatisfy(each -> assertThat(each.attempts()).isEqualTo(1 + most));
      assertThat(asked).hasSize(4 * most);
    }
  }

  @Test
  default void crashesOnlyMeansThatWhatAFunctionThrowsIsFinal() {
    Journal attempts = journal();
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(
                o ->
                    o.retries(3)
                        .retryOn(MapOptions.CRASHES_ONLY)
                        .taskTimeout(Duration.ofMillis(200)))
            .mapOutcomes(
                x -> {
                  attempts.add(x);
                  if (x == 0) {
                    TimeLimitContract.stuckHere(x);
                  }
                  throw new IOException("of " + x);
                },
                range(4));
    assertThat(outcomes).allSatisfy(each -> assertThat(each.attempts()).isEqualTo(1));
    assertThat(outcomes.get(0).failure()).isInstanceOf(TaskTimeoutException.class);
    assertThat(attempts.numbers()).containsExactlyInAnyOrderElementsOf(range(4));
  }

  @Test
  default void retryOnIsGivenTheCrash() {
    assumeTrue(survivesCrash());
    Queue<Throwable> asked = new ConcurrentLinkedQueue<>();
    Journal attempts = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(
                  o ->
                      o.retries(3)
                          .retryOn(
                              failure -> {
                                asked.add(failure);
                                return attempts.numbers().stream().filter(x -> x == 2).count() < 2;
                              })
                          .chunkSize(5))
              .mapOutcomes(
                  x -> {
                    attempts.add(x);
                    if (x == 2) {
                      Runtime.getRuntime().halt(7);
                    }
                    return x;
                  },
                  range(5));
      assertThat(logs).isNotNull();
      assertThat(outcomes.get(2).failure()).isInstanceOf(WorkerCrashedException.class);
      assertThat(outcomes.get(2).attempts()).isEqualTo(2);
      assertThat(Outcome.values(outcomes)).containsExactly(0, 1, 3, 4);
    }
    assertThat(asked)
        .hasSize(2)
        .allSatisfy(
            each -> {
              WorkerCrashedException crash = (WorkerCrashedException) each;
              assertThat(crash.index()).isEqualTo(2);
              assertThat(crash.exitStatus()).isEqualTo(7);
            });
    assertThat(attempts.numbers()).containsExactlyInAnyOrder(0, 1, 2, 2, 3, 4);
  }

  @Test
  default void aPredicateThatThrowsDoesNotDisturbTheCountOfCrashes() {
    assumeTrue(survivesCrash());
    Journal attempts = journal();
    // Both workers are asked at the same time, also about the two crashes before the count is full.
    CyclicBarrier both = new CyclicBarrier(2);
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(
                  o ->
                      o.retries(1)
                          .chunkSize(1)
                          .retryOn(
                              failure -> {
                                meet(both);
                                throw new IllegalArgumentException("no idea");
                              }))
              .mapOutcomes(
                  x -> {
                    attempts.add(x);
                    Runtime.getRuntime().halt(9);
                    return x;
                  },
                  range(30));
      assertThat(logs.messages(Level.ERROR)).isEmpty();
      List<Integer> started = attempts.numbers();
      assertThat(started).doesNotHaveDuplicates().hasSizeBetween(10, 11);
      for (Outcome<Integer, Integer> outcome : outcomes) {
        assertThat(outcome.failure()).isInstanceOf(WorkerCrashedException.class);
        assertThat(outcome.attempts())
            .as("attempts at %s", outcome.index())
            .isEqualTo(started.contains(outcome.input()) ? 1 : 0);
      }
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  default void anItemThatAlwaysCrashesIsTriedAsOftenAsAllowed() {
    assumeTrue(survivesCrash());
    Journal attempts = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(o -> o.retries(2).chunkSize(10))
              .mapOutcomes(
                  x -> {
                    attempts.add(x);
                    if (x == 4) {
                      Runtime.getRuntime().halt(9);
                    }
                    return x;
                  },
                  range(10));
      assertThat(logs).isNotNull();
      assertThat(outcomes.get(4).failure()).isInstanceOf(WorkerCrashedException.class);
      assertThat(outcomes.get(4).attempts()).isEqualTo(3);
      assertThat(Outcome.values(outcomes)).hasSize(9);
    }
    List<Integer> expected = new ArrayList<>(range(10));
    expected.addAll(List.of(4, 4));
    assertThat(attempts.numbers()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  default void theTimeThatRetryOnTakesIsNotThatOfTheItem() {
    Queue<Throwable> asked = new ConcurrentLinkedQueue<>();
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () ->
                pool()
                    .with(
                        o ->
                            o.retries(3)
                                .taskTimeout(Duration.ofMillis(150))
                                .gracePeriod(PATIENCE)
                                .retryOn(
                                    thrown -> {
                                      asked.add(thrown);
                                      TimeLimitContract.spin(400);
                                      return false;
                                    }))
                    .map(
                        x -> {
                          throw new IOException("the bug");
                        },
                        range(1)));
    assertThat(failure).isExactlyInstanceOf(TaskException.class);
    assertThat(failure.getCause()).hasMessage("the bug");
    assertThat(asked).hasSize(1);
  }

  @Test
  default void aQuestionAboutOneItemHoldsNoOther() throws InterruptedException {
    assumeTrue(runsAsync());
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    Caller<List<Integer>> thoughtful =
        Caller.of(
            () ->
                pool()
                    .with(
                        o ->
                            o.retries(1)
                                .retryOn(
                                    failure -> {
                                      asked.countDown();
                                      try {
                                        return answer.await(20, TimeUnit.SECONDS);
                                      } catch (InterruptedException e) {
                                        return false;
                                      }
                                    }))
                    .map(failing(journal(), 1), List.of(7)));
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(pool().map(x -> x, range(50))).isEqualTo(range(50));
    assertThat(thoughtful.isBusy()).isTrue();
    answer.countDown();
    assertThat(thoughtful.result(SOON)).containsExactly(14);
  }

  @Test
  default void retryOnDecidesByWhatTheFunctionThrew() {
    Queue<Throwable> asked = new ConcurrentLinkedQueue<>();
    Journal attempts = journal();
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(
                o ->
                    o.retries(2)
                        .retryOn(
                            failure -> {
                              asked.add(failure);
                              return failure instanceof IOException;
                            }))
            .mapOutcomes(
                x -> {
                  attempts.add(x);
                  if (x == 1) {
                    throw new IOException("again");
                  }
                  throw new IllegalStateException("never again");
                },
                range(2));
    assertThat(outcomes.get(0).attempts()).isEqualTo(1);
    assertThat(outcomes.get(1).attempts()).isEqualTo(3);
    assertThat(asked)
        .hasSize(3)
        .hasOnlyElementsOfTypes(IOException.class, IllegalStateException.class);
  }

  @Test
  default void aPredicateThatThrowsMakesTheFailureFinal() {
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () ->
                pool()
                    .with(
                        o ->
                            o.retries(2)
                                .retryOn(
                                    t -> {
                                      throw new IllegalArgumentException("no idea");
                                    }))
                    .map(
                        x -> {
                          throw new IOException("the bug");
                        },
                        range(1)));
    assertThat(failure.attempts()).isEqualTo(1);
    assertThat(failure.getCause()).hasMessage("the bug");
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(failure.getSuppressed()[0]).hasMessage("no idea");
  }

  @Test
  default void aTimeoutIsTriedAgain() {
    Journal attempts = journal();
    Queue<Throwable> asked = new ConcurrentLinkedQueue<>();
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(
                o ->
                    o.retries(1)
                        .taskTimeout(Duration.ofMillis(150))
                        .retryOn(failure -> asked.add(failure)))
            .mapOutcomes(
                x -> {
                  attempts.add(x);
                  if (x == 2 && Collections.frequency(attempts.lines(), "2") == 1) {
                    Thread.sleep(60_000);
                  }
                  return x;
                },
                range(4));
    assertThat(Outcome.values(outcomes)).isEqualTo(range(4));
    assertThat(outcomes.get(2).attempts()).isEqualTo(2);
    assertThat(asked).hasSize(1).hasOnlyElementsOfType(TaskTimeoutException.class);
  }

  @Test
  default void aDeafAttemptIsTriedAgainInAnotherWorker() {
    assumeTrue(runsAsync());
    Journal attempts = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(
                  o ->
                      o.retries(1)
                          .taskTimeout(Duration.ofMillis(300))
                          .gracePeriod(Duration.ofMillis(50))
                          .chunkSize(10))
              .mapOutcomes(
                  x -> {
                    attempts.add(x);
                    if (x == 4 && Collections.frequency(attempts.lines(), "4") == 1) {
                      TimeLimitContract.deafHere(attempts);
                    }
                    return x;
                  },
                  range(20));
      attempts.add("end");
      assertThat(logs.messages(Level.WARN))
          .filteredOn(message -> message.contains("ignores its interrupt"))
          .hasSize(1);
      assertThat(Outcome.values(outcomes)).isEqualTo(range(20));
      for (Outcome<Integer, Integer> outcome : outcomes) {
        assertThat(outcome.attempts()).isEqualTo(outcome.index() == 4 ? 2 : 1);
      }
    }
    assertThat(attempts.lines()).hasSize(20 + 1 + 1);
  }

  @Test
  default void crashesAreTriedAgainAndOnlyTheItemToBlame() {
    assumeTrue(survivesCrash());
    Journal attempts = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(o -> o.retries(2).retryOn(MapOptions.CRASHES_ONLY).chunkSize(20))
              .mapOutcomes(
                  x -> {
                    attempts.add(x);
                    if (x == 13 && Collections.frequency(attempts.lines(), "13") < 3) {
                      Runtime.getRuntime().halt(1);
                    }
                    if (x == 14) {
                      throw new IOException("final");
                    }
                    return x;
                  },
                  range(40));
      assertThat(logs).isNotNull();
      assertThat(outcomes.get(13).value()).isEqualTo(13);
      assertThat(outcomes.get(13).attempts()).isEqualTo(3);
      assertThat(outcomes.get(14).attempts()).isEqualTo(1);
      assertThat(Outcome.failures(outcomes)).hasSize(1);
      List<Integer> expected = new ArrayList<>(range(40));
      expected.addAll(List.of(13, 13));
      assertThat(attempts.numbers()).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  // ---- backoff

  @Test
  default void theBackoffDoublesAndHoldsNoWorker() {
    Journal times = journal();
    boolean parallel = runsAsync();
    List<Integer> results =
        pool()
            .with(o -> o.retries(2).retryBackoff(Duration.ofMillis(200)).chunkSize(1))
            .map(
                x -> {
                  if (x == 0) {
                    times.add(System.currentTimeMillis());
                    if (times.lines().stream().filter(line -> line.length() > 5).count() < 3) {
                      throw new IOException("not yet");
                    }
                  } else {
                    times.add("o" + times.lines().size());
                  }
                  return x;
                },
                range(30));
    assertThat(results).isEqualTo(range(30));
    List<String> lines = times.lines();
    List<Long> attempts =
        lines.stream().filter(line -> line.length() > 5).map(Long::valueOf).toList();
    assertThat(attempts.get(1) - attempts.get(0)).isGreaterThanOrEqualTo(199);
    assertThat(attempts.get(2) - attempts.get(1)).isGreaterThanOrEqualTo(399);
    if (parallel) {
      // All others were done before the second attempt.
      assertThat(lines.subList(lines.size() - 2, lines.size()))
          .containsExactly(attempts.get(1).toString(), attempts.get(2).toString());
    }
  }

  @Test
  default void allOthersAreDoneDuringTheBackoffs() {
    Journal attempts = journal();
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(o -> o.retries(1).retryBackoff(Duration.ofMillis(600)).chunkSize(5))
            .mapOutcomes(failing(attempts, 1), range(40));
    assertThat(Outcome.values(outcomes)).isEqualTo(range(40).stream().map(x -> x * 2).toList());
    // Six of them wait at the same time.
    List<Integer> order = attempts.numbers();
    assertThat(order).hasSize(46);
    assertThat(order.subList(0, 40)).containsExactlyInAnyOrderElementsOf(range(40));
    assertThat(order.subList(40, 46)).containsExactlyInAnyOrder(0, 7, 14, 21, 28, 35);
  }

  @Test
  default void whenTheTimeOfTheCallIsOverThoseThatWaitForTheirRetryHaveThatAsTheirFailure()
      throws InterruptedException {
    Journal attempts = journal();
    Pool<Object, Object> limited =
        pool()
            .with(
                o ->
                    o.retries(1)
                        .retryBackoff(Duration.ofMinutes(5))
                        .callTimeout(Duration.ofSeconds(1)));
    List<Outcome<Integer, Integer>> outcomes =
        Caller.of(() -> limited.mapOutcomes(failing(attempts, 1), range(10))).result(SOON);
    for (Outcome<Integer, Integer> outcome : outcomes) {
      assertThat(outcome.attempts()).isEqualTo(1);
      if (outcome.index() % 7 == 0) {
        assertThat(outcome.failure()).isInstanceOf(CallTimeoutException.class);
      } else {
        assertThat(outcome.value()).isEqualTo(2 * outcome.input());
      }
    }
    assertThat(Caller.of(() -> limited.map(failing(attempts, 100), List.of(7))).failure(SOON))
        .isInstanceOf(CallTimeoutException.class);
    assertThat(attempts.numbers()).hasSize(11);
  }

  @Test
  default void aFinalFailureEndsACallWhileOthersWaitForTheirRetry() throws InterruptedException {
    Journal attempts = journal();
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                pool()
                    .with(
                        o ->
                            o.retries(1)
                                .chunkSize(1)
                                .retryBackoff(Duration.ofMinutes(5))
                                .retryOn(
                                    failure -> {
                                      if (failure instanceof IOException) {
                                        attempts.add("asked");
                                        return true;
                                      }
                                      return false;
                                    }))
                    .map(
                        x -> {
                          if (x == 1) {
                            attempts.hold("asked");
                            Thread.sleep(100);
                            throw new IllegalStateException("final");
                          }
                          attempts.add(x);
                          throw new IOException("again");
                        },
                        range(2)));
    TaskException failure = (TaskException) caller.failure(SOON);
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure).hasRootCauseMessage("final");
    assertThat(attempts.lines()).containsExactly("0", "asked");
  }

  @Test
  default void closeDuringTheBackoffWaits() throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o);
    Journal attempts = journal();
    CountDownLatch judged = new CountDownLatch(1);
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                own.with(
                        o ->
                            o.retries(1)
                                .retryBackoff(Duration.ofMillis(500))
                                .retryOn(
                                    failure -> {
                                      judged.countDown();
                                      return true;
                                    }))
                    .map(failing(attempts, 1), List.of(7, 8)));
    assertThat(judged.await(20, TimeUnit.SECONDS)).isTrue();
    Caller<Void> closer = Caller.doing(own::close);
    await().atMost(SOON).until(own::isClosed);
    assertThat(caller.result(SOON)).containsExactly(14, 16);
    closer.result(SOON);
    assertThat(started(attempts, 7)).isEqualTo(2);
  }

  @Test
  default void anInterruptDuringTheBackoffEndsTheCall() throws InterruptedException {
    Journal attempts = journal();
    Caller<List<Integer>> caller = Caller.of(() -> waitingForRetry(pool(), attempts));
    attempts.awaitSize(1);
    caller.awaitWaiting();
    caller.interrupt();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(caller.hadFlag()).isTrue();
  }

  private static List<Integer> waitingForRetry(Pool<Object, Object> of, Journal attempts) {
    return of.with(o -> o.retries(1).retryBackoff(Duration.ofMinutes(5)))
        .map(
            x -> {
              attempts.add(x);
              throw new IOException("not yet");
            },
            range(1));
  }

  @Test
  default void terminateDuringTheBackoffEndsTheCall() throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Journal attempts = journal();
    Caller<List<Integer>> caller = Caller.of(() -> waitingForRetry(own, attempts));
    attempts.awaitSize(1);
    caller.awaitWaiting();
    own.terminate();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  @Test
  default void closeWaitsForRetries() throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o);
    Journal attempts = journal();
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                own.with(o -> o.retries(1).retryBackoff(Duration.ofMillis(500)))
                    .map(failing(attempts, 1), List.of(7)));
    attempts.awaitSize(1);
    Caller.doing(own::close).result(SOON);
    assertThat(caller.result(SOON)).containsExactly(14);
  }
}
