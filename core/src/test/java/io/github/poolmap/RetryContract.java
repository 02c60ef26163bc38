package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
