package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  default void outcomesStandInTheOrderOfTheInputsWhicheverIsDoneFirst() {
    Set<Integer> set = new LinkedHashSet<>(range(20));
    for (Iterable<Integer> inputs : List.<Iterable<Integer>>of(set, set::iterator)) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(o -> o.chunkSize(1))
              .mapOutcomes(
                  x -> {
                    Thread.sleep(x % 2 == 0 ? 15 : 0);
                    return x * x;
                  },
                  inputs);
      assertThat(indices(outcomes)).isEqualTo(range(20));
      assertThat(outcomes.stream().map(Outcome::input).toList()).isEqualTo(range(20));
      assertThat(Outcome.values(outcomes)).isEqualTo(range(20).stream().map(x -> x * x).toList());
    }
  }

  @Test
  default void theCauseOfAFailureIsWhatTheFunctionThrew() {
    assumeTrue(tasksShareThisJvm());
    IOException thrown = new IOException("disk");
    List<Outcome<Integer, Object>> outcomes =
        pool()
            .mapOutcomes(
                x -> {
                  throw thrown;
                },
                range(2));
    assertThat(Outcome.failures(outcomes))
        .hasSize(2)
        .allSatisfy(
            failure ->
                assertThat(failure).isExactlyInstanceOf(TaskException.class).hasCause(thrown));
    assertThat(outcomes.get(0).failure()).cause().isSameAs(thrown);
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

  @Test
  default void imapOutcomesStartsNothingBeforeItsTerminalOperation() {
    Journal started = journal();
    StreamContract.Endless inputs = new StreamContract.Endless();
    Mapper<Integer, Integer> mapper =
        x -> {
          started.add(x);
          return x;
        };
    try (Stream<Outcome<Integer, Integer>> unread = pool().imapOutcomes(mapper, inputs);
        Stream<Outcome<Integer, Integer>> piped =
            pool().imapOutcomes(mapper, inputs).filter(Outcome::isSuccess).limit(5)) {
      // A call that has to come round to every worker.
      assertThat(pool().with(o -> o.chunkSize(1)).map(x -> x, range(50))).hasSize(50);
      assertThat(inputs.iterators.get()).isZero();
      assertThat(started.lines()).isEmpty();
      assertThat(piped.toList()).hasSize(5);
      assertThat(inputs.iterators.get()).isEqualTo(1);
      assertThat(unread).isNotNull();
    }
  }

  @Test
  default void imapOutcomesDoesNotWaitForASlowItem() {
    assumeTrue(runsAsync());
    Journal talk = journal();
    List<Long> seen = new ArrayList<>();
    try (Stream<Outcome<Integer, Integer>> stream =
        pool()
            .with(o -> o.chunkSize(1))
            .imapOutcomes(
                x -> {
                  if (x == 0) {
                    talk.hold("the others are there");
                  }
                  if (x == 2) {
                    throw new IOException("of 2");
                  }
                  return x;
                },
                range(5))) {
      stream.forEach(
          outcome -> {
            seen.add(outcome.index());
            if (seen.size() == 4) {
              talk.add("the others are there");
            }
          });
    }
    assertThat(seen.subList(0, 4)).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
    assertThat(seen).hasSize(5).endsWith(0L);
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

  /** An exception that cannot be sent to another process as it is. */
  final class WithUnsendable extends Exception {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings({"serial", "unused"}) // That is the point.
    private final Object state = new Unsendable();

    WithUnsendable(String message) {
      super(message);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20})
  default void anExceptionThatCannotTravelFailsItsItemAloneAndIsToldAllTheSame(int chunkSize) {
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(o -> o.chunkSize(chunkSize))
            .mapOutcomes(
                x -> {
                  if (x % 9 == 4) {
                    throw new WithUnsendable("of " + x);
                  }
                  return x;
                },
                range(20));
    for (Outcome<Integer, Integer> outcome : outcomes) {
      assertThat(outcome.attempts()).isEqualTo(1);
      if (outcome.index() % 9 != 4) {
        assertThat(outcome.value()).isEqualTo((int) outcome.index());
        continue;
      }
      PoolException failure = outcome.failure();
      assertThat(failure).isExactlyInstanceOf(TaskException.class);
      assertThat(failure).hasMessageContainingAll("WithUnsendable", "of " + outcome.index());
      assertThat(failure.getCause()).hasMessageContaining("of " + outcome.index());
      assertThat(failure.getCause().getStackTrace())
          .anyMatch(frame -> frame.getClassName().contains("OutcomeContract"));
    }
  }

  /** Can be sent, but not read where it arrives. */
  final class Unreadable implements Serializable {
    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) throws IOException {
      throw new InvalidObjectException("unreadable");
    }
  }

  /** An exception like that. */
  final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }

    private void readObject(ObjectInputStream in) throws IOException {
      throw new InvalidObjectException("unreadable");
    }
  }

  @Test
  default void whatCannotBeReadFailsItsItemAlone() {
    assumeTrue(survivesCrash());
    Journal started = journal();
    List<Object> inputs = new ArrayList<>(range(20));
    inputs.set(7, new Unreadable());
    List<Outcome<Object, Object>> outcomes =
        pool()
            .with(o -> o.chunkSize(20))
            .mapOutcomes(
                x -> {
                  started.add(x);
                  if (x.equals(11)) {
                    return new Unreadable();
                  }
                  if (x.equals(13)) {
                    throw new UnreadableException("of 13");
                  }
                  return x;
                },
                inputs);
    for (Outcome<Object, Object> outcome : outcomes) {
      switch ((int) outcome.index()) {
        case 7, 11 -> assertThat(outcome.failure()).hasMessageContaining("unreadable");
        case 13 ->
            assertThat(outcome.failure()).hasMessageContainingAll("UnreadableException", "of 13");
        default -> assertThat(outcome.value()).isEqualTo((int) outcome.index());
      }
    }
    assertThat(started.numbers()).isEqualTo(range(20).stream().filter(x -> x != 7).toList());
  }

  @Test
  default void aFunctionThatCannotTravelIsThrown() {
    assumeTrue(survivesCrash());
    Unsendable captured = new Unsendable();
    assertThatThrownBy(() -> pool().mapOutcomes(x -> captured.toString() + x, range(3)))
        .isInstanceOf(NotSerializableTaskException.class);
    Journal told = journal();
    assertThatThrownBy(() -> pool().forEach(x -> told.add(captured), range(3)))
        .isInstanceOf(NotSerializableTaskException.class);
    assertThatThrownBy(() -> pool().imapOutcomes(x -> captured.toString() + x, range(3)).toList())
        .isInstanceOf(NotSerializableTaskException.class);
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
  default void whenTheIteratorHasFailedNothingOfTheCallRunsAnyMore() {
    assumeTrue(runsAsync());
    Journal talk = journal();
    int together = pool().workers();
    IllegalStateException broken = new IllegalStateException("no more input");
    StreamContract.Endless inputs = new StreamContract.Endless();
    inputs.before =
        () -> {
          if (inputs.taken.get() == 8) {
            talk.awaitSize(together);
            throw broken;
          }
        };
    assertThatThrownBy(
            () ->
                pool()
                    .with(o -> o.chunkSize(1))
                    .mapOutcomes(
                        x -> {
                          talk.add("begun");
                          try {
                            Thread.sleep(60_000);
                          } catch (InterruptedException e) {
                            talk.add("ended");
                          }
                          return x;
                        },
                        inputs))
        .isSameAs(broken);
    assertThat(talk.lines()).hasSize(2 * together);
    assertThat(Collections.frequency(talk.lines(), "ended")).isEqualTo(together);
  }

  @Test
  default void anExceptionOfTheIteratorComesAfterTheOutcomesBeforeIt() {
    IllegalStateException broken = new IllegalStateException("no more input");
    StreamContract.Endless inputs = new StreamContract.Endless();
    inputs.before =
        () -> {
          if (inputs.taken.get() == 10) {
            throw broken;
          }
        };
    List<Long> seen = new ArrayList<>();
    try (Stream<Outcome<Integer, Integer>> stream = pool().imapOutcomes(x -> 100 / x, inputs)) {
      assertThatThrownBy(() -> stream.forEach(outcome -> seen.add(outcome.index())))
          .isSameAs(broken);
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(LongStream.range(0, 10).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void whoReadsAStreamOfOutcomesIsToldOfInterruptAndTerminate(boolean interrupt)
      throws InterruptedException {
    Journal talk = journal();
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Caller<Object> reader =
        Caller.of(
            () -> {
              try (Stream<Outcome<Integer, Integer>> stream =
                  own.imapOutcomes(
                      x -> {
                        talk.add("begun");
                        Thread.sleep(60_000);
                        return x;
                      },
                      range(10))) {
                return stream.toList();
              }
            });
    talk.awaitEntry("begun");
    if (interrupt) {
      reader.interrupt();
      assertThat(reader.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
      assertThat(reader.hadFlag()).isTrue();
    }
    own.terminate();
    if (!interrupt) {
      assertThat(reader.failure(SOON)).isInstanceOf(PoolClosedException.class);
    }
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void whenTheTimeOfTheCallIsOverThoseThatWereStartedHaveOneAttempt(boolean collection) {
    Journal started = journal();
    int before = allWorkersCome(started);
    Iterable<Integer> given = collection ? range(60) : range(60)::iterator;
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(o -> o.callTimeout(Duration.ofSeconds(1)).chunkSize(10))
            .mapOutcomes(
                x -> {
                  started.add(x);
                  if (x % 10 == 5) {
                    Thread.sleep(60_000);
                  }
                  return x;
                },
                given);
    List<Integer> begun = started.numbers().subList(before, started.lines().size());
    assertThat(begun).doesNotHaveDuplicates();
    assertThat(begun.stream().filter(x -> x % 10 == 5)).hasSize(pool().workers());
    if (collection) {
      // Of other inputs a chunk may be smaller, while they are still being read.
      assertThat(begun).hasSize(6 * pool().workers());
    }
    for (Outcome<Integer, Integer> outcome : outcomes) {
      int x = outcome.input();
      boolean done = begun.contains(x) && x % 10 != 5;
      assertThat(outcome.isSuccess()).as("success of %s", x).isEqualTo(done);
      assertThat(outcome.attempts()).as("attempts at %s", x).isEqualTo(begun.contains(x) ? 1 : 0);
      if (done) {
        assertThat(outcome.value()).isEqualTo(x);
      } else {
        assertThat(outcome.failure()).isInstanceOf(CallTimeoutException.class);
      }
      assertThat(outcome.worker().isEmpty()).isEqualTo(!begun.contains(x));
    }
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

  @ParameterizedTest
  @ValueSource(ints = {1, 30})
  default void ofCrashesWithoutEndOnlyTenAreStarted(int chunkSize) {
    assumeTrue(survivesCrash());
    assumeTrue(chunkSize > 1 || runsWholeTables());
    Journal started = journal();
    try (Pool<Object, Object> own = build(builder -> builder.workers(1));
        Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          own.with(o -> o.chunkSize(chunkSize))
              .mapOutcomes(
                  x -> {
                    started.add(x);
                    Runtime.getRuntime().halt(9);
                    return x;
                  },
                  range(30));
      assertThat(logs).isNotNull();
      assertThat(started.numbers()).isEqualTo(range(10));
      assertThat(indices(outcomes)).isEqualTo(range(30));
      for (Outcome<Integer, Integer> outcome : outcomes) {
        assertThat(outcome.failure()).isInstanceOf(WorkerCrashedException.class);
        assertThat(outcome.attempts()).isEqualTo(outcome.index() < 10 ? 1 : 0);
        assertThat(outcome.input()).isEqualTo((int) outcome.index());
      }
      assertThat(own.map(x -> x + 1, range(3))).containsExactly(1, 2, 3);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "13, false"})
  default void anItemThatEndsBetweenCrashesStartsTheCountAgain(int chunkSize, boolean succeeds) {
    assumeTrue(survivesCrash());
    assumeTrue(chunkSize > 1 || runsWholeTables());
    Journal started = journal();
    // Nine crashes are one too few, but not if one of the two before counted still.
    try (Pool<Object, Object> own = build(builder -> builder.workers(1));
        Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          own.with(o -> o.chunkSize(chunkSize))
              .mapOutcomes(
                  x -> {
                    started.add(x);
                    if (x != 2 && x != 12) {
                      Runtime.getRuntime().halt(9);
                    }
                    if (x == 2 && !succeeds) {
                      throw new IOException("of 2");
                    }
                    return x;
                  },
                  range(13));
      assertThat(logs).isNotNull();
      assertThat(started.numbers()).isEqualTo(range(13));
      for (Outcome<Integer, Integer> outcome : outcomes) {
        assertThat(outcome.attempts()).isEqualTo(1);
        if (outcome.index() != 2 && outcome.index() != 12) {
          assertThat(outcome.failure()).isInstanceOf(WorkerCrashedException.class);
        } else if (outcome.index() == 12 || succeeds) {
          assertThat(outcome.value()).isEqualTo((int) outcome.index());
        } else {
          assertThat(outcome.failure()).isExactlyInstanceOf(TaskException.class);
        }
      }
    }
  }

  @Test
  default void aCrashInAChunkOfAHundredLeavesNinetyNineValues() {
    assumeTrue(survivesCrash());
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(o -> o.chunkSize(100))
              .mapOutcomes(
                  x -> {
                    if (x == 42) {
                      Runtime.getRuntime().halt(3);
                    }
                    return x;
                  },
                  range(100));
      assertThat(logs).isNotNull();
      assertThat(Outcome.values(outcomes))
          .isEqualTo(range(100).stream().filter(x -> x != 42).toList());
      WorkerCrashedException crash = (WorkerCrashedException) outcomes.get(42).failure();
      assertThat(crash.index()).isEqualTo(42);
      assertThat(crash.exitStatus()).isEqualTo(3);
      assertThat(outcomes).allSatisfy(each -> assertThat(each.attempts()).isEqualTo(1));
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
  default void forEachTakesNullsAndIterables() {
    Journal done = journal();
    // Lambdas, as javac merges serializable references to one method whatever their parameters are.
    pool().forEach(x -> done.add(x), Arrays.asList("a", null, "c"));
    Iterable<String> iterable = List.of("d", "e")::iterator;
    pool().forEach(x -> done.add(x), iterable);
    pool().forEach(x -> done.add(x), List.of());
    assertThat(done.lines()).containsExactlyInAnyOrder("a", "null", "c", "d", "e");
  }

  @Test
  default void afterAFailureForEachStartsNothingMore() {
    Journal started = journal();
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () ->
                pool()
                    .with(o -> o.chunkSize(1))
                    .forEach(
                        x -> {
                          started.add(x);
                          if (x == 30) {
                            throw new IOException("of 30");
                          }
                          Thread.sleep(2);
                        },
                        range(5000)));
    assertThat(failure.index()).isEqualTo(30);
    assertThat(started.numbers()).doesNotHaveDuplicates().contains(30).hasSizeLessThan(1000);
  }

  @Test
  default void theDigestCountsWhatItSuppresses() {
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
                          if (x >= together) {
                            return x;
                          }
                          talk.add(x);
                          // Deaf, so that both fail by themselves.
                          while (talk.lines().size() < together) {
                            Thread.onSpinWait();
                          }
                          throw new IOException("of " + x);
                        },
                        range(1000)));
    assertThat(failure.index()).isLessThan(together);
    assertThatTheDigestAgrees(failure, 1000);
  }

  @Test
  default void ofManyFailuresTenAreSuppressed() {
    assumeTrue(runsAsync() && tasksShareThisJvm());
    CountDownLatch together = new CountDownLatch(16);
    try (Pool<Object, Object> own = build(builder -> builder.workers(16))) {
      TaskException failure =
          catchThrowableOfType(
              TaskException.class,
              () ->
                  own.with(o -> o.chunkSize(1))
                      .map(
                          x -> {
                            together.countDown();
                            // Deaf, so that all fail by themselves.
                            Uninterruptibles.awaitUninterruptibly(together);
                            throw new IOException("of " + x);
                          },
                          range(16)));
      assertThatTheDigestAgrees(failure, 16);
    }
  }

  /** How many failures are recorded by the end of a call is not certain, but it is consistent. */
  private static void assertThatTheDigestAgrees(TaskException thrown, int items) {
    Matcher digest =
        Pattern.compile("; (\\d+) of ([\\d,]+) failed: (\\d+) x IOException, first at (\\d+)")
            .matcher(thrown.getMessage());
    Throwable[] others = thrown.getSuppressed();
    assertThat(thrown.getCause()).hasMessage("of " + thrown.index());
    if (!digest.find()) {
      assertThat(thrown.getMessage()).doesNotContain(" failed: ");
      assertThat(others).isEmpty();
      return;
    }
    int failed = Integer.parseInt(digest.group(1));
    assertThat(failed).isGreaterThan(1);
    assertThat(digest.group(2)).isEqualTo(String.format(Locale.ROOT, "%,d", items));
    assertThat(digest.group(3)).isEqualTo(digest.group(1));
    assertThat(digest.group(4)).isEqualTo(Long.toString(thrown.index()));
    assertThat(others).hasSize(Math.min(failed - 1, 10));
    long before = thrown.index();
    for (Throwable other : others) {
      TaskException each = (TaskException) other;
      assertThat(each.index()).isGreaterThan(before);
      assertThat(each.getCause()).hasMessage("of " + each.index());
      before = each.index();
    }
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

  // ---- what ends a call whose items have been ended by its time limit

  /** Numbers that come slowly, so that a call still reads them when its time is long over. */
  private static Iterable<Integer> slowly(Journal talk, int size) {
    return () ->
        range(size).stream()
            .map(
                x -> {
                  long until = System.nanoTime() + 20_000_000;
                  while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                  }
                  talk.add("read " + x);
                  return x;
                })
            .iterator();
  }

  private Caller<Object> readerAfterItsTime(
      Pool<Object, Object> of, boolean lazily, Iterable<Integer> inputs) {
    Pool<Object, Object> limited = of.with(o -> o.callTimeout(Duration.ofMillis(100)));
    return Caller.of(
        () -> {
          if (!lazily) {
            return limited.mapOutcomes(x -> x, inputs);
          }
          try (Stream<Outcome<Integer, Integer>> outcomes = limited.imapOutcomes(x -> x, inputs)) {
            return outcomes.count();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anInterruptEndsACallWhoseTimeIsOver(boolean lazily) throws InterruptedException {
    Journal talk = journal();
    Caller<Object> reader = readerAfterItsTime(pool(), lazily, slowly(talk, 2000));
    talk.awaitEntry("read 20");
    reader.interrupt();
    assertThat(reader.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(reader.hadFlag()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void terminateEndsACallWhoseTimeIsOver(boolean lazily) throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Journal talk = journal();
    Caller<Object> reader = readerAfterItsTime(own, lazily, slowly(talk, 2000));
    talk.awaitEntry("read 20");
    own.terminate();
    assertThat(reader.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anIteratorThatFailsWhenTheTimeIsOverIsHeard(boolean lazily)
      throws InterruptedException {
    IllegalStateException broken = new IllegalStateException("the file is broken");
    Journal talk = journal();
    Iterable<Integer> slow = slowly(talk, 100);
    Iterable<Integer> failing =
        () -> {
          Iterator<Integer> numbers = slow.iterator();
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return numbers.hasNext();
            }

            @Override
            public Integer next() {
              int next = numbers.next();
              if (next == 40) {
                throw broken;
              }
              return next;
            }
          };
        };
    assertThat(readerAfterItsTime(pool(), lazily, failing).failure(SOON)).isSameAs(broken);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anIteratorThatFailsWithoutHeedingItsInterruptIsHeard(boolean lazily)
      throws InterruptedException {
    IllegalStateException broken = new IllegalStateException("the file is broken");
    Iterable<Integer> failing =
        () ->
            Stream.of(0, 1, 2, 3)
                .peek(
                    x -> {
                      if (x == 3) {
                        Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(400));
                        throw broken;
                      }
                    })
                .iterator();
    assertThat(readerAfterItsTime(pool(), lazily, failing).failure(SOON)).isSameAs(broken);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anInputThatBlocksEndsWithTheTimeOfTheCall(boolean lazily)
      throws InterruptedException {
    BlockingQueue<Integer> source = new LinkedBlockingQueue<>(range(3));
    Iterable<Integer> blocking =
        () ->
            Stream.generate(
                    () -> {
                      try {
                        return source.take();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException("interrupted", e);
                      }
                    })
                .iterator();
    Object result = readerAfterItsTime(pool(), lazily, blocking).result(SOON);
    assertThat(result instanceof List<?> list ? (long) list.size() : result).isEqualTo(3L);
  }
}
