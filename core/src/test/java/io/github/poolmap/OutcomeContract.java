package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for the calls of every kind of pool that tell of each item what became of it. */
interface OutcomeContract extends PoolUnderTest {

  private static List<Integer> indices(List<? extends Outcome<?, ?>> outcomes) {
    return outcomes.stream().map(outcome -> (int) outcome.index()).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 2000})
  default void ofAThousandItemsAHundredFailEachAtItsOwnIndex(int chunkSize) {
    List<Outcome<Integer, String>> outcomes =
        pool()
            .with(o -> o.chunkSize(chunkSize))
            .mapOutcomes(
                x -> {
                  if (x % 10 == 3) {
                    throw new IOException("of " + x);
                  }
                  return "v" + x;
                },
                range(1000));
    assertThat(indices(outcomes)).isEqualTo(range(1000));
    for (Outcome<Integer, String> outcome : outcomes) {
      int x = (int) outcome.index();
      assertThat(outcome.input()).isEqualTo(x);
      assertThat(outcome.attempts()).isEqualTo(1);
      assertThat(outcome.worker()).isNotBlank();
      assertThat(outcome.duration()).isBetween(Duration.ZERO, PATIENCE);
      assertThat(outcome.isSuccess()).isEqualTo(x % 10 != 3);
      if (outcome.isSuccess()) {
        assertThat(outcome.value()).isEqualTo("v" + x);
        assertThat(outcome.failure()).isNull();
      } else {
        TaskException failure = (TaskException) outcome.failure();
        assertThat(failure.index()).isEqualTo(x);
        assertThat(failure.input()).isEqualTo(Integer.toString(x));
        assertThat(failure).hasCauseInstanceOf(IOException.class).hasRootCauseMessage("of " + x);
        assertThatThrownBy(outcome::value).isSameAs(failure);
      }
    }
    assertThat(Outcome.values(outcomes))
        .isEqualTo(range(1000).stream().filter(x -> x % 10 != 3).map(x -> "v" + x).toList());
    assertThat(Outcome.failures(outcomes)).hasSize(100);
  }

  @Test
  default void outcomesOfNullsOfNothingAndOfIterables() {
    List<Integer> inputs = Arrays.asList(1, null);
    List<Outcome<Integer, Integer>> outcomes =
        pool().mapOutcomes(x -> x == null ? 7 : null, inputs);
    assertThat(Outcome.values(outcomes)).containsExactly(null, 7);
    assertThat(outcomes.get(1).input()).isNull();
    assertThat(pool().mapOutcomes(x -> x, List.of())).isEmpty();
    Iterable<Integer> iterable = range(100)::iterator;
    List<Outcome<Integer, Integer>> read = pool().mapOutcomes(x -> x + 1, iterable);
    assertThat(Outcome.values(read)).isEqualTo(IntStream.rangeClosed(1, 100).boxed().toList());
    assertThatThrownBy(() -> read.remove(0)).isInstanceOf(UnsupportedOperationException.class);
    assertThatNullPointerException().isThrownBy(() -> pool().mapOutcomes(null, List.of()));
    assertThatNullPointerException().isThrownBy(() -> pool().mapOutcomes(x -> x, null));
    assertThatNullPointerException().isThrownBy(() -> pool().imapOutcomes(null, List.of()));
    assertThatNullPointerException().isThrownBy(() -> pool().imapOutcomes(x -> x, null));
  }

  @Test
  default void durationsAreThoseOfTheItems() {
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(o -> o.chunkSize(4))
            .mapOutcomes(
                x -> {
                  Thread.sleep(x * 40);
                  return x;
                },
                range(4));
    for (Outcome<Integer, Integer> outcome : outcomes) {
      assertThat(outcome.duration())
          .isBetween(
              Duration.ofMillis(outcome.input() * 40),
              Duration.ofMillis(outcome.input() * 40 + 1000));
    }
  }

  @Test
  default void imapOutcomesTellsOfEachOnceAsItEnds() {
    List<Outcome<Integer, Integer>> outcomes;
    try (Stream<Outcome<Integer, Integer>> stream =
        pool()
            .imapOutcomes(
                x -> {
                  if (x % 4 == 0) {
                    throw new IllegalStateException("bug");
                  }
                  return x * 2;
                },
                range(500))) {
      outcomes = stream.toList();
    }
    assertThat(indices(outcomes)).containsExactlyInAnyOrderElementsOf(range(500));
    assertThat(outcomes)
        .allSatisfy(
            outcome -> {
              assertThat((long) outcome.input()).isEqualTo(outcome.index());
              assertThat(outcome.isSuccess()).isEqualTo(outcome.index() % 4 != 0);
            });
  }

  @Test
  default void imapOutcomesIsLazyAndTakesEndlessInput() {
    StreamContract.Endless inputs = new StreamContract.Endless();
    try (Stream<Outcome<Integer, Integer>> stream = pool().imapOutcomes(x -> x, inputs)) {
      assertThat(inputs.iterators.get()).isZero();
      assertThat(stream.limit(200).map(Outcome::value).toList())
          .hasSize(200)
          .doesNotHaveDuplicates();
    }
  }

  // ---- what cannot travel

  /** Cannot be sent to a process. */
  final class Unsendable {
    @Override
    public String toString() {
      return "unsendable";
    }
  }

  @Test
  default void whatCannotTravelFailsItsItemAlone() {
    assumeTrue(survivesCrash());
    List<Object> inputs = new ArrayList<>(range(20));
    inputs.set(7, new Unsendable());
    List<Outcome<Object, Object>> outcomes =
        pool()
            .with(o -> o.chunkSize(20))
            .mapOutcomes(x -> x.equals(11) ? new Unsendable() : x, inputs);
    for (Outcome<Object, Object> outcome : outcomes) {
      boolean bad = outcome.index() == 7 || outcome.index() == 11;
      assertThat(outcome.isSuccess()).isEqualTo(!bad);
      assertThat(outcome.attempts()).isEqualTo(outcome.index() == 7 ? 0 : 1);
      if (bad) {
        assertThat(outcome.failure()).hasCauseInstanceOf(NotSerializableTaskException.class);
      }
    }
  }

  // ---- what throws all the same

  @Test
  default void anExceptionOfTheIteratorIsThrown() {
    IllegalStateException broken = new IllegalStateException("no more input");
    Iterable<Integer> failing =
        () ->
            range(5).stream()
                .peek(
                    x -> {
                      if (x == 4) {
                        throw broken;
                      }
                    })
                .iterator();
    assertThatThrownBy(() -> pool().mapOutcomes(x -> x, failing)).isSameAs(broken);
  }

  @Test
  default void anInterruptIsThrown() throws InterruptedException {
    Journal talk = journal();
    Caller<Object> caller =
        Caller.of(
            () ->
                pool()
                    .mapOutcomes(
                        x -> {
                          talk.add("begun");
                          Thread.sleep(60_000);
                          return x;
                        },
                        range(10)));
    talk.awaitEntry("begun");
    caller.interrupt();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(caller.hadFlag()).isTrue();
  }

  @Test
  default void terminateIsThrown() throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Journal talk = journal();
    Caller<Object> caller =
        Caller.of(
            () ->
                own.mapOutcomes(
                    x -> {
                      talk.add("begun");
                      Thread.sleep(60_000);
                      return x;
                    },
                    range(10)));
    talk.awaitEntry("begun");
    own.terminate();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  // ---- calls that come to an early end

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void whenTheTimeOfTheCallIsOverTheRestHasThatAsItsFailure(boolean collection) {
    List<Integer> inputs = range(200);
    Iterable<Integer> given = collection ? inputs : inputs::iterator;
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(o -> o.callTimeout(Duration.ofMillis(700)).chunkSize(5))
            .mapOutcomes(
                x -> {
                  if (x >= 20) {
                    Thread.sleep(60_000);
                  }
                  return x;
                },
                given);
    assertThat(indices(outcomes)).isEqualTo(inputs);
    int started = 0;
    for (Outcome<Integer, Integer> outcome : outcomes) {
      if (outcome.index() < 20) {
        assertThat(outcome.value()).isEqualTo((int) outcome.index());
      } else {
        assertThat(outcome.failure()).isInstanceOf(CallTimeoutException.class);
        assertThat(outcome.input()).isEqualTo((int) outcome.index());
        started += outcome.attempts();
      }
    }
    assertThat(started).isEqualTo(pool().workers());
  }

  @Test
  default void aStreamOfOutcomesTellsOfAllWhenItsTimeIsOver() {
    try (Stream<Outcome<Integer, Integer>> stream =
        pool()
            .with(o -> o.callTimeout(Duration.ofMillis(500)).chunkSize(1))
            .imapOutcomes(
                x -> {
                  if (x >= 10) {
                    Thread.sleep(60_000);
                  }
                  return x;
                },
                range(100))) {
      List<Outcome<Integer, Integer>> outcomes = stream.toList();
      assertThat(indices(outcomes)).containsExactlyInAnyOrderElementsOf(range(100));
      assertThat(Outcome.values(outcomes)).containsExactlyInAnyOrderElementsOf(range(10));
      assertThat(Outcome.failures(outcomes))
          .hasSize(90)
          .allSatisfy(failure -> assertThat(failure).isInstanceOf(CallTimeoutException.class));
    }
  }

  @Test
  default void tenCrashesInARowEndTheRest() {
    assumeTrue(survivesCrash());
    Journal started = journal();
    try (Pool<Object, Object> own = build(builder -> builder.workers(1));
        Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          own.with(o -> o.chunkSize(4))
              .mapOutcomes(
                  x -> {
                    started.add(x);
                    if (x != 3) {
                      Runtime.getRuntime().halt(9);
                    }
                    return x;
                  },
                  range(40));
      assertThat(logs).isNotNull();
      assertThat(started.numbers()).isEqualTo(range(14));
      assertThat(Outcome.values(outcomes)).containsExactly(3);
      for (Outcome<Integer, Integer> outcome : outcomes) {
        if (outcome.index() != 3) {
          WorkerCrashedException failure = (WorkerCrashedException) outcome.failure();
          assertThat(failure.exitStatus()).isEqualTo(9);
          assertThat(outcome.attempts()).isEqualTo(outcome.index() < 14 ? 1 : 0);
          assertThat(failure.attempts()).isEqualTo(outcome.attempts());
        }
      }
    }
  }

  @Test
  default void aCrashCostsItsItemAlone() {
    assumeTrue(survivesCrash());
    Journal started = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(o -> o.chunkSize(50))
              .mapOutcomes(
                  x -> {
                    started.add(x);
                    if (x % 40 == 17) {
                      Runtime.getRuntime().halt(3);
                    }
                    return x;
                  },
                  range(100));
      assertThat(logs).isNotNull();
      assertThat(indices(outcomes)).isEqualTo(range(100));
      assertThat(outcomes)
          .allSatisfy(
              outcome -> assertThat(outcome.isSuccess()).isEqualTo(outcome.index() % 40 != 17));
      assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(range(100));
    }
  }

  // ---- forEach, and failures of calls that fail fast

  @Test
  default void forEachDoesEachOnceAndFailsLikeMap() {
    Journal done = journal();
    pool().forEach(done::add, range(100));
    assertThat(done.numbers()).containsExactlyInAnyOrderElementsOf(range(100));
    assertThatNullPointerException().isThrownBy(() -> pool().forEach(null, List.of()));
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () ->
                pool()
                    .forEach(
                        x -> {
                          throw new IOException("disk");
                        },
                        List.of("only")));
    assertThat(failure.input()).isEqualTo("only");
    assertThat(failure).hasCauseInstanceOf(IOException.class);
  }

  @Test
  default void severalFailuresAreDigested() {
    Journal talk = journal();
    int together = pool().workers();
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () ->
                pool()
                    .with(o -> o.chunkSize(1))
                    .map(
                        x -> {
                          talk.add(x);
                          // Deaf, so that both fail by themselves.
                          while (talk.lines().size() < together) {
                            Thread.onSpinWait();
                          }
                          throw new IOException("of " + x);
                        },
                        range(together)));
    int suppressed = failure.getSuppressed().length;
    assertThat(failure.getMessage().contains(" failed: ")).isEqualTo(suppressed > 0);
    if (suppressed > 0) {
      assertThat(failure.index()).isZero();
      assertThat(failure).hasMessageContaining("2 of 2 failed: 2 x IOException, first at 0");
    }
    assertThat(Collections.frequency(talk.lines(), "0")).isEqualTo(1);
  }
}
