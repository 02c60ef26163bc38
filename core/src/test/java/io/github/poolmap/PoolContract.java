package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for every kind of pool.
 *
 * <p>A kind says how to make a pool of it, and three capabilities. All tests share one pool where
 * they can, and after each of them that pool has to work still.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class PoolContract
    implements StreamContract,
        FutureContract,
        OutcomeContract,
        TimeLimitContract,
        RetryContract,
        WindowContract,
        WorkerContract,
        ContextContract,
        ListenerContract,
        ProgressContract {

  private static final int ADAPTIVE = 0;
  private Pool<Object, Object> pool;
  private Journal journal;

  @Override
  public final Pool<Object, Object> pool() {
    return pool;
  }

  @Override
  public final Journal journal() {
    return journal;
  }

  @BeforeAll
  final void openSharedPool() {
    pool = newPool(options -> options.gracePeriod(GRACE));
  }

  @AfterAll
  final void closeSharedPool() throws InterruptedException {
    Caller.doing(pool::close).result(PATIENCE);
  }

  @BeforeEach
  final void openJournal(@TempDir Path each) {
    journal = new Journal(each.resolve("journal"));
  }

  @AfterEach
  final void theSharedPoolStillWorks() {
    assertThat(pool.map(x -> x + 1, range(20)))
        .isEqualTo(IntStream.rangeClosed(1, 20).boxed().toList());
  }

  private Pool<Object, Object> chunked(int chunkSize) {
    return chunkSize == ADAPTIVE ? pool : pool.with(options -> options.chunkSize(chunkSize));
  }

  /** An iterable that is not a collection. */
  private static <A> Iterable<A> iterable(Iterable<A> of) {
    return of::iterator;
  }

  private TaskException failureOf(Mapper<Integer, Object> mapper, List<Integer> inputs) {
    return catchThrowableOfType(TaskException.class, () -> pool.map(mapper, inputs));
  }

  // ---- results

  @ParameterizedTest
  @ValueSource(ints = {ADAPTIVE, 1, 7, 1000, 1_000_000})
  void everyInputGivesItsResultInOrder(int chunkSize) {
    for (int size : new int[] {0, 1, 2, 7, 100, 5000}) {
      List<Integer> inputs = range(size);
      List<String> expected = inputs.stream().map(x -> "r" + x).toList();
      assertThat(chunked(chunkSize).map(x -> "r" + x, inputs)).isEqualTo(expected);
      assertThat(chunked(chunkSize).map(x -> "r" + x, iterable(inputs))).isEqualTo(expected);
    }
  }

  @Test
  void orderIsThatOfTheInputsWhicheverIsDoneFirst() {
    List<Integer> results =
        chunked(1)
            .map(
                x -> {
                  Thread.sleep(x % 2 == 0 ? 15 : 0);
                  return x * x;
                },
                range(20));
    assertThat(results).isEqualTo(range(20).stream().map(x -> x * x).toList());
  }

  @Test
  void aHundredThousandIntegers() {
    List<Integer> inputs = range(100_000);
    assertThat(pool.map(x -> x * 3, inputs)).isEqualTo(inputs.stream().map(x -> x * 3).toList());
  }

  @Test
  void nullsAreOrdinaryInputsAndResults() {
    List<Integer> inputs = Arrays.asList(1, null, 3, null);
    assertThat(pool.map(x -> x == null ? "none" : null, inputs))
        .containsExactly(null, "none", null, "none");
  }

  @Test
  void resultsAreUnmodifiable() {
    List<Integer> some = pool.map(x -> x, new ArrayList<>(range(3)));
    List<Integer> none = pool.map(x -> x, new ArrayList<Integer>());
    assertThatThrownBy(() -> some.set(0, 9)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> some.remove(0)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> none.add(9)).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void nullArgumentsAreRefused() {
    assertThatNullPointerException().isThrownBy(() -> pool.map(null, List.of()));
    assertThatNullPointerException().isThrownBy(() -> pool.map(x -> x, null));
    assertThatNullPointerException().isThrownBy(() -> pool.starmap(null, List.of()));
    assertThatNullPointerException().isThrownBy(() -> pool.starmap((a, b) -> a, null));
    assertThatNullPointerException().isThrownBy(() -> pool.apply(null));
    assertThatNullPointerException().isThrownBy(() -> pool.with(null));
    assertThatNullPointerException().isThrownBy(() -> pool.with(options -> null));
    assertThatNullPointerException()
        .isThrownBy(() -> pool.with(options -> options.gracePeriod(null)));
  }

  @Test
  void everyItemIsStartedExactlyOnce() {
    Journal started = journal;
    chunked(7)
        .map(
            x -> {
              started.add(x);
              return x;
            },
            range(300));
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(range(300));
  }

  @Test
  void noMoreItemsRunAtATimeThanThereAreWorkers() {
    Journal running = journal;
    chunked(1)
        .map(
            x -> {
              running.add("+");
              Thread.sleep(10);
              running.add("-");
              return x;
            },
            range(30));
    int now = 0;
    int most = 0;
    for (String line : running.lines()) {
      now += line.equals("+") ? 1 : -1;
      most = Math.max(most, now);
    }
    assertThat(most).isEqualTo(pool.workers());
  }

  @Test
  void aFixedChunkGoesToOneWorker() {
    Set<String> workers =
        new HashSet<>(
            chunked(1000)
                .map(
                    x -> {
                      Thread.sleep(2);
                      return ProcessHandle.current().pid() + Thread.currentThread().getName();
                    },
                    range(20)));
    assertThat(workers).hasSize(1);
  }

  // ---- inputs

  @Test
  void collectionsAreCopiedAtTheStart() throws InterruptedException {
    assumeTrue(runsAsync());
    Journal talk = journal;
    List<Integer> inputs = new ArrayList<>(range(50));
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                chunked(1)
                    .map(
                        x -> {
                          talk.add("started");
                          talk.hold("go on");
                          return x;
                        },
                        inputs));
    talk.awaitEntry("started");
    inputs.clear();
    talk.add("go on");
    assertThat(caller.result(SOON)).isEqualTo(range(50));
  }

  @Test
  void otherIterablesAreReadByTheCallerWhileWorkersRun() throws InterruptedException {
    Journal done = journal;
    Set<Thread> readers = new HashSet<>();
    List<Integer> source = range(30);
    Iterable<Integer> waitsForEachResult =
        () -> {
          Iterator<Integer> numbers = source.iterator();
          return new Iterator<>() {
            private int given;

            @Override
            public boolean hasNext() {
              readers.add(Thread.currentThread());
              return numbers.hasNext();
            }

            @Override
            public Integer next() {
              readers.add(Thread.currentThread());
              done.awaitSize(given);
              given++;
              return numbers.next();
            }
          };
        };
    List<Integer> results =
        pool.map(
            x -> {
              done.add(x);
              return x;
            },
            waitsForEachResult);
    assertThat(results).isEqualTo(source);
    assertThat(readers).containsExactly(Thread.currentThread());
  }

  @Test
  void anExceptionOfTheIteratorReachesTheCallerAsItselfAndStopsTheCall()
      throws InterruptedException {
    Journal talk = journal;
    IllegalStateException failure = new IllegalStateException("no more input");
    Iterable<Integer> failing =
        () ->
            new Iterator<>() {
              private int given;

              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Integer next() {
                if (given == 5) {
                  talk.awaitEntry("started");
                  throw failure;
                }
                return given++;
              }
            };
    boolean parallel = runsAsync();
    assertThatThrownBy(
            () ->
                pool.map(
                    x -> {
                      talk.add("started");
                      if (parallel) {
                        Thread.sleep(30_000);
                      }
                      return x;
                    },
                    failing))
        .isSameAs(failure);
    assertThatThrownBy(
            () ->
                pool.map(
                    x -> x,
                    (Iterable<Integer>)
                        () -> {
                          throw failure;
                        }))
        .isSameAs(failure);
  }

  // ---- failure

  @ParameterizedTest
  @ValueSource(ints = {ADAPTIVE, 1, 1000})
  void aFailureSaysWhichItemFailedAndWhy(int chunkSize) {
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () ->
                chunked(chunkSize)
                    .map(
                        x -> {
                          if (x.equals("i17")) {
                            throw new IOException("disk of " + x);
                          }
                          return x;
                        },
                        range(18).stream().map(x -> "i" + x).toList()));
    assertThat(failure.index()).isEqualTo(17);
    assertThat(failure.input()).isEqualTo("i17");
    assertThat(failure.attempts()).isEqualTo(1);
    assertThat(failure.worker()).isNotBlank();
    assertThat(failure)
        .hasMessageContainingAll("17", "i17", "disk of i17", failure.worker())
        .hasCauseExactlyInstanceOf(IOException.class)
        .cause()
        .hasMessage("disk of i17");
    assertThat(failure.getCause().getStackTrace())
        .anySatisfy(frame -> assertThat(frame.getClassName()).contains("PoolContract"));
  }

  @Test
  void theRealBugIsReportedNotTheInterruptThatItCaused() throws InterruptedException {
    Journal talk = journal;
    boolean parallel = runsAsync();
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                chunked(1)
                    .map(
                        x -> {
                          if (x == 0 && parallel) {
                            talk.add("sleeping");
                            Thread.sleep(60_000);
                          }
                          if (x == 1) {
                            if (parallel) {
                              talk.hold("sleeping");
                            }
                            throw new IllegalArgumentException("the real bug");
                          }
                          return x;
                        },
                        range(4)));
    TaskException failure = (TaskException) caller.failure(SOON);
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure)
        .hasCauseExactlyInstanceOf(IllegalArgumentException.class)
        .cause()
        .hasMessage("the real bug");
  }

  @Test
  void ofTwoFailuresOneIsReportedWhole() {
    Journal talk = journal;
    int together = pool.workers();
    TaskException failure =
        failureOf(
            x -> {
              talk.add(x);
              while (talk.lines().size() < together) {
                Thread.onSpinWait();
              }
              throw new IllegalStateException("failure of " + x);
            },
            range(2));
    assertThat(failure.input()).isEqualTo(Long.toString(failure.index()));
    assertThat(failure.getCause()).hasMessage("failure of " + failure.index());
  }

  @ParameterizedTest
  @ValueSource(ints = {ADAPTIVE, 1, 100})
  void afterAFailureNoFurtherItemStartsAndNoneIsStartedTwice(int chunkSize) {
    Journal started = journal;
    assertThatExceptionOfType(TaskException.class)
        .isThrownBy(
            () ->
                chunked(chunkSize)
                    .map(
                        x -> {
                          started.add(x);
                          if (x == 30) {
                            throw new IllegalStateException("stop here");
                          }
                          Thread.sleep(2);
                          return x;
                        },
                        range(5000)));
    int atTheEnd = started.lines().size();
    assertThat(started.numbers()).doesNotHaveDuplicates().contains(30).hasSizeLessThan(1000);
    assertThat(pool.map(x -> x, range(50))).hasSize(50);
    assertThat(started.lines()).hasSize(atTheEnd);
  }

  @Test
  void whenACallHasFailedNothingOfItRunsAnyMore() {
    assumeTrue(runsAsync());
    Journal talk = journal;
    failureOf(
        x -> {
          if (x == 1) {
            talk.hold("0 runs");
            throw new IllegalStateException("stop");
          }
          talk.add(x + " runs");
          try {
            Thread.sleep(60_000);
          } catch (InterruptedException e) {
            // A clean-up that takes a moment.
            Thread.sleep(150);
            talk.add(x + " ended");
          }
          return x;
        },
        range(2));
    assertThat(talk.lines()).containsExactly("0 runs", "0 ended");
  }

  @Test
  void theInterruptOfOneCallDoesNotReachTheItemsOfTheNext() {
    Journal talk = journal;
    boolean parallel = runsAsync();
    for (int round = 0; round < 10; round++) {
      int now = round;
      failureOf(
          x -> {
            if (x == 1) {
              if (parallel) {
                talk.hold("waiting " + now);
              }
              throw new IllegalStateException("stop");
            }
            talk.add("waiting " + now);
            if (parallel) {
              Thread.sleep(60_000);
            }
            return x;
          },
          range(2));
      List<Boolean> flags = chunked(1).map(x -> Thread.currentThread().isInterrupted(), range(6));
      assertThat(flags).containsOnly(false);
    }
  }

  @Test
  void aTaskThatInterruptsItselfDoesNotInterruptTheNext() {
    assumeTrue(runsAsync());
    List<Boolean> flags =
        chunked(4)
            .map(
                x -> {
                  boolean flag = Thread.currentThread().isInterrupted();
                  Thread.currentThread().interrupt();
                  return flag;
                },
                range(40));
    assertThat(flags).containsOnly(false);
  }

  @Test
  void errorsAreFailuresToo() {
    TaskException assertion =
        failureOf(
            x -> {
              throw new AssertionError("not equal");
            },
            range(1));
    assertThat(assertion).hasCauseExactlyInstanceOf(AssertionError.class);
    TaskException overflow = failureOf(x -> recurse(x), range(1));
    assertThat(overflow).hasCauseExactlyInstanceOf(StackOverflowError.class);
  }

  private static int recurse(int x) {
    return x < 0 ? 0 : recurse(x + 1) + 1;
  }

  /** An exception whose methods are no help. */
  private static final class Mute extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message today");
    }
  }

  @Test
  void anExceptionWhoseMessageThrowsIsReportedAllTheSame() {
    TaskException failure =
        failureOf(
            x -> {
              if (x == 3) {
                throw new Mute();
              }
              return x;
            },
            range(4));
    assertThat(failure.index()).isEqualTo(3);
    assertThat(failure.getCause().getClass().getSimpleName()).isIn("Mute", "LikenessException");
  }

  /** An input that cannot be described. */
  private record Unspeakable(String kind) implements Serializable {
    @Override
    public String toString() {
      if (kind.equals("error")) {
        throw new AssertionError("no description");
      }
      throw new IllegalStateException("no description");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error"})
  void anInputWhoseToStringThrowsDoesNotHideTheFailure(String kind) {
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () ->
                pool.map(
                    x -> {
                      throw new IllegalArgumentException("the bug");
                    },
                    List.of(new Unspeakable(kind))));
    assertThat(failure.getCause()).hasMessage("the bug");
    assertThat(failure.input()).contains("Unspeakable");
  }

  @Test
  void theDescriptionOfAnInputIsCutTo200Characters() {
    List<String> inputs = Arrays.asList("x".repeat(200), "x".repeat(1_000_000), null);
    int[] lengths = {200, 200, 4};
    for (int i = 0; i < lengths.length; i++) {
      List<String> one = Collections.singletonList(inputs.get(i));
      TaskException failure =
          catchThrowableOfType(
              TaskException.class,
              () ->
                  pool.map(
                      x -> {
                        throw new IllegalStateException("bug");
                      },
                      one));
      assertThat(failure.input()).hasSize(lengths[i]);
      assertThat(failure.getMessage()).hasSizeLessThan(500);
    }
  }

  // ---- interruption

  @Test
  void anInterruptOfTheCallerStopsTheCall() throws InterruptedException {
    Journal talk = journal;
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                chunked(1)
                    .map(
                        x -> {
                          talk.add("started " + x);
                          try {
                            Thread.sleep(60_000);
                          } catch (InterruptedException e) {
                            talk.add("stopped " + x);
                            throw e;
                          }
                          return x;
                        },
                        range(100)));
    talk.awaitSize(pool.workers());
    caller.interrupt();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(caller.hadFlag()).isTrue();
    assertThat(talk.lines()).hasSize(2 * pool.workers()).contains("started 0", "stopped 0");
  }

  @Test
  void aCallerThatIsInterruptedAlreadyStartsNothing() throws InterruptedException {
    Journal started = journal;
    Caller<Integer> caller =
        Caller.of(
            () -> {
              Thread.currentThread().interrupt();
              return pool.apply(
                  () -> {
                    started.add("started");
                    return 1;
                  });
            });
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(caller.hadFlag()).isTrue();
    assertThat(started.lines()).isEmpty();
  }

  @Test
  void anInterruptReachesACallerThatStillReadsItsInput() throws InterruptedException {
    Journal talk = journal;
    AtomicInteger read = new AtomicInteger();
    Iterable<Integer> slowInput =
        () -> IntStream.range(0, 20_000).peek(x -> read.set(pace(x))).iterator();
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                pool.map(
                    x -> {
                      if (x == 0) {
                        talk.add("started");
                      }
                      return x;
                    },
                    slowInput));
    talk.awaitEntry("started");
    caller.interrupt();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(caller.hadFlag()).isTrue();
    assertThat(read.get()).isLessThan(20_000 - 1);
  }

  @Test
  void anInterruptWhileItemsRunKeepsTheFlagHoweverTheInputCame() throws InterruptedException {
    Iterable<Integer> oneByOne = range(100)::iterator;
    for (int round = 0; round < 20; round++) {
      Journal talk = journal;
      String begun = "begun " + round;
      Caller<List<Integer>> caller =
          Caller.of(
              () ->
                  pool.map(
                      x -> {
                        if (x == 3) {
                          talk.add(begun);
                          Thread.sleep(60_000);
                        }
                        return x;
                      },
                      oneByOne));
      talk.awaitEntry(begun);
      caller.interrupt();
      assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
      assertThat(caller.hadFlag()).isTrue();
    }
  }

  /** An input that comes slowly, a millisecond each, from something that ignores interrupts. */
  private static int pace(int x) {
    long until = System.nanoTime() + 1_000_000;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    return x;
  }

  /**
   * The first call has quick items, so that a worker may be sent a chunk of it ahead, to wait there
   * behind the slow item of another call.
   */
  @Test
  void theStopOfOneCallDoesNotHarmAnother() throws InterruptedException {
    assumeTrue(runsAsync());
    Journal talk = journal;
    List<Caller<Integer>> slow = new ArrayList<>();
    Supplier<List<Integer>> onceTheItemsAreKnownToBeQuick =
        () -> {
          talk.awaitEntry("quick runs");
          for (int i = 0; i < pool.workers(); i++) {
            holder(talk, "busy " + i, "go on");
            talk.awaitEntry("busy " + i);
          }
          // When the workers are free again these come first.
          for (int i = 0; i < pool.workers(); i++) {
            Caller<Integer> call = holder(talk, "slow runs " + i, "slow may end");
            call.awaitWaiting();
            slow.add(call);
          }
          return range(2000);
        };
    Iterable<Integer> inputs =
        () ->
            Stream.<Supplier<List<Integer>>>of(() -> range(1000), onceTheItemsAreKnownToBeQuick)
                .map(Supplier::get)
                .flatMap(List::stream)
                .iterator();
    Caller<List<Integer>> quick =
        Caller.of(
            () ->
                chunked(1)
                    .map(
                        x -> {
                          if (x == 200) {
                            talk.add("quick runs");
                          }
                          return x;
                        },
                        inputs));
    await().atMost(PATIENCE).until(() -> slow.size() == pool.workers());
    quick.awaitWaiting();
    talk.add("go on");
    for (int i = 0; i < pool.workers(); i++) {
      talk.awaitEntry("slow runs " + i);
    }
    quick.interrupt();
    assertThat(quick.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    talk.add("slow may end");
    for (Caller<Integer> call : slow) {
      assertThat(call.result(SOON)).isEqualTo(1);
    }
  }

  /** A call of one item that says when it runs and ends when it is told to. */
  private Caller<Integer> holder(Journal talk, String says, String until) {
    return Caller.of(
        () ->
            pool.apply(
                () -> {
                  talk.add(says);
                  talk.hold(until);
                  return 1;
                }));
  }

  /** A call of items whose hand-over takes longer than they do, under way for many seconds. */
  private Caller<List<Integer>> quickItems(Journal talk) {
    Caller<List<Integer>> quick =
        Caller.of(
            () ->
                chunked(1)
                    .map(
                        x -> {
                          if (x == 100) {
                            talk.add("quick runs");
                          }
                          return null;
                        },
                        new QuickItems()));
    talk.awaitEntry("quick runs");
    return quick;
  }

  /** The first numbers, without holding them. */
  private static final class QuickItems extends AbstractList<Integer> {
    @Override
    public Integer get(int index) {
      return index < 128 ? index : 0;
    }

    @Override
    public int size() {
      return 5_000_000;
    }
  }

  // ---- the end

  @Test
  void closeWaitsForTheCallsUnderWayAndRefusesNewOnes() throws InterruptedException {
    Pool<Object, Object> own = newPool(options -> options);
    Pool<Object, Object> view = own.with(options -> options.chunkSize(5));
    Journal talk = journal;
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                view.map(
                    x -> {
                      talk.add("started");
                      talk.hold("go on");
                      return x;
                    },
                    range(20)));
    talk.awaitEntry("started");
    Caller<Void> closer = Caller.doing(own::close);
    await().atMost(SOON).until(own::isClosed);
    assertThat(view.isClosed()).isTrue();
    assertRefuses(own);
    assertRefuses(view);
    assertThat(closer.isBusy()).isTrue();
    talk.add("go on");
    assertThat(caller.result(SOON)).isEqualTo(range(20));
    closer.result(SOON);
    own.close();
    own.terminate();
    view.close();
    assertRefuses(view);
  }

  private static void assertRefuses(Pool<Object, Object> closed) {
    assertThatExceptionOfType(PoolClosedException.class)
        .isThrownBy(() -> closed.map(x -> x, range(3)))
        .withMessageContaining("poolmap-");
    assertThatExceptionOfType(PoolClosedException.class)
        .isThrownBy(() -> closed.starmap((a, b) -> a, Map.of(1, 2).entrySet()));
    assertThatExceptionOfType(PoolClosedException.class).isThrownBy(() -> closed.apply(() -> 1));
  }

  @Test
  void closingAViewClosesItsPool() {
    Pool<Object, Object> own = newPool(options -> options);
    assertThat(own.apply(() -> 1)).isEqualTo(1);
    own.with(options -> options.chunkSize(3)).close();
    assertThat(own.isClosed()).isTrue();
    assertRefuses(own);
  }

  @Test
  void aPoolThatWasNeverUsedCloses() {
    Pool<Object, Object> closed = newPool(options -> options);
    closed.close();
    assertThat(closed.isClosed()).isTrue();
    Pool<Object, Object> terminated = newPool(options -> options);
    terminated.terminate();
    assertThat(terminated.isClosed()).isTrue();
  }

  @Test
  void closeFromInsideATaskReturnsAtOnce() {
    assumeTrue(tasksShareThisJvm());
    Pool<Object, Object> own = newPool(options -> options);
    List<Integer> results =
        own.map(
            x -> {
              own.close();
              return x;
            },
            range(30));
    assertThat(results).isEqualTo(range(30));
    assertRefuses(own);
    own.close();
  }

  @Test
  void terminateFromInsideATaskStopsTheCall() throws InterruptedException {
    assumeTrue(tasksShareThisJvm());
    Pool<Object, Object> own = newPool(options -> options.gracePeriod(GRACE));
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                own.map(
                    x -> {
                      own.terminate();
                      Thread.sleep(60_000);
                      return x;
                    },
                    range(3)));
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
    own.close();
  }

  @Test
  void anInterruptedCloseTerminatesAndKeepsTheFlag() throws InterruptedException {
    Pool<Object, Object> own = newPool(options -> options.gracePeriod(GRACE));
    Caller<Integer> caller = sleepingCall(own);
    Caller<Void> closer = Caller.doing(own::close);
    await().atMost(SOON).until(own::isClosed);
    closer.interrupt();
    closer.result(SOON);
    assertThat(closer.hadFlag()).isTrue();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  /** A call that would take a minute, under way. */
  private Caller<Integer> sleepingCall(Pool<Object, Object> of) {
    Journal talk = journal;
    Caller<Integer> caller =
        Caller.of(
            () ->
                of.apply(
                    () -> {
                      talk.add("asleep");
                      Thread.sleep(60_000);
                      return 1;
                    }));
    talk.awaitEntry("asleep");
    return caller;
  }

  @Test
  void terminateStopsTheCallsUnderWay() throws InterruptedException {
    Pool<Object, Object> own = newPool(options -> options.gracePeriod(GRACE));
    Caller<Integer> caller = sleepingCall(own);
    own.terminate();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
    assertRefuses(own);
  }

  @Test
  void terminateEndsDeafTasksWithinTheGracePeriodAndOneSecond() throws InterruptedException {
    assumeTrue(stopsDeafTasks());
    Pool<Object, Object> own = newPool(options -> options.gracePeriod(GRACE));
    Journal talk = journal;
    Caller<Integer> caller =
        Caller.of(
            () ->
                own.apply(
                    () -> {
                      talk.add("deaf");
                      while (true) {
                        Thread.onSpinWait();
                      }
                    }));
    talk.awaitEntry("deaf");
    long start = System.nanoTime();
    own.terminate();
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertThat(taken).isLessThan(GRACE.plusMillis(1000));
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  // ---- starmap and apply

  @Test
  void starmapTakesTheEntriesOfAnyMap() {
    Map<String, Integer> identity = new IdentityHashMap<>();
    Map<String, Integer> concurrent = new ConcurrentHashMap<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      identity.put("k" + i, i);
      concurrent.put("k" + i, i);
      expected.add("k" + i + "=" + i);
    }
    for (Map<String, Integer> map : List.of(identity, concurrent)) {
      List<String> inOrder = new ArrayList<>();
      map.forEach((key, value) -> inOrder.add(key + "=" + value));
      List<String> results = pool.starmap((key, value) -> key + "=" + value, map.entrySet());
      assertThat(results).isEqualTo(inOrder).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(
              pool.<String, Integer, String>starmap(
                  (key, value) -> key + "=" + value, iterable(map.entrySet())))
          .isEqualTo(inOrder);
    }
  }

  @Test
  void starmapTakesNullsButNoNullPair() {
    Map.Entry<String, String> nulls = new SimpleEntry<>(null, null);
    List<String> results =
        pool.starmap((a, b) -> a == null && b == null ? null : a, List.of(nulls));
    assertThat(results).containsExactly((String) null);
    List<Map.Entry<String, String>> withNull = Arrays.asList(nulls, null);
    assertThatNullPointerException()
        .isThrownBy(() -> pool.starmap((a, b) -> 1, withNull))
        .withMessageContaining("pair");
    assertThatNullPointerException()
        .isThrownBy(() -> pool.<String, String, Integer>starmap((a, b) -> 1, iterable(withNull)))
        .withMessageContaining("pair");
  }

  @Test
  void starmapFailsLikeMap() {
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () -> pool.starmap((a, b) -> a / b, List.of(Map.entry(4, 2), Map.entry(1, 0))));
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure.input()).isEqualTo("1=0");
    assertThat(failure).hasCauseExactlyInstanceOf(ArithmeticException.class);
  }

  @Test
  void applyRunsOneTask() {
    assertThat(pool.apply(() -> 6 * 7)).isEqualTo(42);
    assertThat(pool.<Object>apply(() -> null)).isNull();
    TaskException failure =
        catchThrowableOfType(
            TaskException.class,
            () ->
                pool.apply(
                    () -> {
                      throw new FileNotFoundException("nowhere");
                    }));
    assertThat(failure.index()).isZero();
    assertThat(failure)
        .hasCauseExactlyInstanceOf(FileNotFoundException.class)
        .cause()
        .hasMessage("nowhere");
  }

  // ---- several callers

  @Test
  void manyThreadsMayCallAtOnce() throws InterruptedException {
    List<Caller<Void>> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int number = i;
      callers.add(Caller.doing(() -> mixedCalls(number)));
    }
    for (Caller<Void> caller : callers) {
      caller.result(Duration.ofSeconds(50));
    }
  }

  private void mixedCalls(int caller) {
    for (int round = 0; round < 30; round++) {
      int offset = caller * 1000 + round;
      List<Integer> mapped = chunked(round % 5).map(x -> x + offset, range(round * 3));
      assertThat(mapped).isEqualTo(range(round * 3).stream().map(x -> x + offset).toList());
      assertThat(pool.apply(() -> offset)).isEqualTo(offset);
      List<Integer> sums = pool.starmap((a, b) -> a + b, List.of(Map.entry(offset, round)));
      assertThat(sums).containsExactly(offset + round);
      TaskException failure =
          failureOf(
              x -> {
                if (x == 2) {
                  throw new IllegalStateException("of " + offset);
                }
                return x;
              },
              range(3));
      assertThat(failure.getCause()).hasMessage("of " + offset);
    }
  }

  @Test
  void aShortCallIsServedWhileALongOneGoesOn() throws InterruptedException {
    Journal talk = journal;
    Caller<List<Integer>> longCall =
        Caller.of(
            () ->
                pool.map(
                    x -> {
                      talk.add(x);
                      Thread.sleep(25);
                      return x;
                    },
                    range(10_000)));
    talk.awaitSize(10);
    assertThat(Caller.of(() -> pool.apply(() -> "short")).result(SOON)).isEqualTo("short");
    assertThat(longCall.isBusy()).isTrue();
    longCall.interrupt();
    assertThat(longCall.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
  }

  @Test
  void aShortCallIsServedWhileALongOneOfQuickItemsGoesOn() throws InterruptedException {
    assumeTrue(runsAsync());
    Caller<List<Integer>> longCall = quickItems(journal);
    for (int i = 0; i < 10; i++) {
      int number = i;
      assertThat(Caller.of(() -> pool.apply(() -> number)).result(SOON)).isEqualTo(number);
    }
    longCall.interrupt();
    assertThat(longCall.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
  }

  @Test
  void aTaskMayCallItsOwnPool() {
    assumeTrue(tasksShareThisJvm());
    List<Integer> sums =
        pool.map(
            x -> pool.map(y -> x * 100 + y, range(50)).stream().mapToInt(y -> y).sum(), range(20));
    assertThat(sums).isEqualTo(range(20).stream().map(x -> x * 100 * 50 + 50 * 49 / 2).toList());
  }

  @Test
  void theFailureOfANestedCallIsThatOfTheTask() {
    assumeTrue(tasksShareThisJvm());
    TaskException failure =
        failureOf(
            x ->
                pool.map(
                    y -> {
                      throw new IllegalStateException("deep down");
                    },
                    range(3)),
            range(2));
    assertThat(failure).hasCauseExactlyInstanceOf(TaskException.class);
    assertThat(failure.getCause().getCause()).hasMessage("deep down");
  }

  @Test
  void theStopOfACallReachesTheCallsOfItsTasks() throws InterruptedException {
    assumeTrue(tasksShareThisJvm());
    Journal talk = journal;
    Caller<List<List<Integer>>> caller =
        Caller.of(
            () ->
                pool.map(
                    x ->
                        pool.map(
                            y -> {
                              talk.add("inside");
                              Thread.sleep(60_000);
                              return y;
                            },
                            range(3)),
                    range(2)));
    talk.awaitEntry("inside");
    caller.interrupt();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(caller.hadFlag()).isTrue();
  }

  @Test
  void tasksSeeTheContextClassLoaderOfTheirCaller() throws Exception {
    assumeTrue(tasksShareThisJvm());
    try (URLClassLoader loader = new URLClassLoader(new URL[0], getClass().getClassLoader())) {
      ClassLoader before = Thread.currentThread().getContextClassLoader();
      Thread.currentThread().setContextClassLoader(loader);
      try {
        List<ClassLoader> seen =
            pool.map(
                x -> {
                  ClassLoader mine = Thread.currentThread().getContextClassLoader();
                  Thread.currentThread().setContextClassLoader(null);
                  return mine;
                },
                range(1));
        assertThat(seen).containsExactly(loader);
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
      List<ClassLoader> later =
          pool.map(x -> Thread.currentThread().getContextClassLoader(), range(10));
      assertThat(later).containsOnly(before);
    }
  }

  @Test
  void itSaysWhatItIs() {
    assertThat(pool.toString()).startsWith("poolmap-").contains(pool.workers() + " worker");
    assertThat(pool.isClosed()).isFalse();
  }
}
