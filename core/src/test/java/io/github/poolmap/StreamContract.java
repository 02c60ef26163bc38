package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.collect.AbstractIterator;
import com.google.common.collect.Iterators;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for the lazy streams of every kind of pool. */
interface StreamContract extends PoolUnderTest {

  /** A stream of either order, for what holds for both. */
  private <A, B> Stream<B> stream(
      Pool<Object, Object> of,
      boolean ordered,
      Mapper<? super A, ? extends B> mapper,
      Iterable<? extends A> in) {
    return ordered ? of.imap(mapper, in) : of.imapUnordered(mapper, in);
  }

  /** Numbers from 0 on, without end, which notes how many were taken and by whom. */
  final class Endless implements Iterable<Integer> {

    final AtomicInteger taken = new AtomicInteger();
    final AtomicInteger iterators = new AtomicInteger();
    final Set<Thread> readers = ConcurrentHashMap.newKeySet();

    /** Is told before each is taken. */
    Runnable before = () -> {};

    @Override
    public Iterator<Integer> iterator() {
      iterators.incrementAndGet();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          readers.add(Thread.currentThread());
          return true;
        }

        @Override
        public Integer next() {
          readers.add(Thread.currentThread());
          before.run();
          return taken.getAndIncrement();
        }
      };
    }
  }

  // ---- results

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 1000})
  default void imapYieldsInTheOrderOfTheInputs(int chunkSize) {
    Pool<Object, Object> chunked =
        chunkSize == 0 ? pool() : pool().with(o -> o.chunkSize(chunkSize));
    for (int size : new int[] {0, 1, 2, 100, 3000}) {
      assertThat(chunked.imap(x -> "r" + x, range(size)).toList())
          .isEqualTo(range(size).stream().map(x -> "r" + x).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 1000})
  default void imapUnorderedYieldsEachOnce(int chunkSize) {
    Pool<Object, Object> chunked =
        chunkSize == 0 ? pool() : pool().with(o -> o.chunkSize(chunkSize));
    for (int size : new int[] {0, 1, 2, 100, 3000}) {
      assertThat(chunked.imapUnordered(x -> x + 1, range(size)).toList())
          .containsExactlyInAnyOrderElementsOf(range(size).stream().map(x -> x + 1).toList());
    }
  }

  @Test
  default void imapUnorderedDoesNotWaitForASlowItem() {
    assumeTrue(runsAsync());
    Journal talk = journal();
    List<Integer> seen = new ArrayList<>();
    try (Stream<Integer> results =
        pool()
            .with(o -> o.chunkSize(1))
            .imapUnordered(
                x -> {
                  if (x == 0) {
                    talk.hold("go on");
                  }
                  return x;
                },
                range(6))) {
      results.forEach(
          x -> {
            seen.add(x);
            if (seen.size() == 5) {
              talk.add("go on");
            }
          });
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(range(6)).endsWith(0);
  }

  @Test
  default void streamsTakeAndYieldNulls() {
    List<Integer> inputs = Arrays.asList(1, null, 3, null);
    assertThat(pool().imap(x -> x == null ? "none" : null, inputs).toList())
        .containsExactly(null, "none", null, "none");
    assertThat(pool().imapUnordered(x -> x == null ? "none" : null, inputs).toList())
        .containsExactlyInAnyOrder(null, "none", null, "none");
  }

  @Test
  default void streamsRefuseNullArgumentsAtTheCall() {
    assertThatNullPointerException().isThrownBy(() -> pool().imap(null, List.of()));
    assertThatNullPointerException().isThrownBy(() -> pool().imap(x -> x, null));
    assertThatNullPointerException().isThrownBy(() -> pool().imapUnordered(null, List.of()));
    assertThatNullPointerException().isThrownBy(() -> pool().imapUnordered(x -> x, null));
  }

  @Test
  default void aStreamMayBeReadElementByElement() {
    try (Stream<Integer> results = pool().imap(x -> x * 2, new Endless())) {
      Iterator<Integer> each = results.iterator();
      for (int i = 0; i < 50; i++) {
        assertThat(each.next()).isEqualTo(2 * i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void parallelChangesNothingForThePool(boolean ordered) {
    List<Integer> source = range(500);
    Set<Thread> readers = ConcurrentHashMap.newKeySet();
    Iterable<Integer> watched =
        () -> source.stream().peek(x -> readers.add(Thread.currentThread())).iterator();
    try (Stream<Integer> results = stream(pool(), ordered, x -> x + 1, watched)) {
      assertThat(results.parallel().map(x -> x - 1).toList())
          .containsExactlyInAnyOrderElementsOf(source);
    }
    assertThat(readers).hasSize(1);
  }

  // ---- laziness

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void nothingHappensBeforeTheTerminalOperation(boolean ordered) {
    Journal started = journal();
    Endless inputs = new Endless();
    try (Stream<Integer> results =
        stream(
            pool(),
            ordered,
            (Integer x) -> {
              started.add(x);
              return x;
            },
            inputs)) {
      assertThat(results.limit(3).filter(x -> true)).isNotNull();
      assertThat(inputs.iterators.get()).isZero();
      assertThat(started.lines()).isEmpty();
    }
    assertThat(inputs.iterators.get()).isZero();
  }

  /** Items that note their start; the first one takes until the journal says so. */
  private static Mapper<Integer, Integer> slowFirst(Journal talk) {
    return x -> {
      talk.add("started " + x);
      if (x == 0) {
        talk.hold("first may end");
      }
      return x;
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 64})
  default void noMoreThanMaxInFlightAreTakenAheadOfWhatWasYielded(int window)
      throws InterruptedException {
    for (boolean ordered : new boolean[] {true, false}) {
      Journal talk = journal();
      Endless inputs = new Endless();
      AtomicLong yielded = new AtomicLong();
      AtomicLong most = new AtomicLong();
      inputs.before =
          () -> most.accumulateAndGet(inputs.taken.get() + 1 - yielded.get(), Math::max);
      boolean slow = runsAsync() && window > 1;
      Mapper<Integer, Integer> mapper = slow ? slowFirst(talk) : x -> x;
      Caller<List<Integer>> reader =
          Caller.of(
              () -> {
                try (Stream<Integer> results =
                    stream(pool().with(o -> o.maxInFlight(window)), ordered, mapper, inputs)) {
                  return results.peek(x -> yielded.incrementAndGet()).limit(300).toList();
                }
              });
      if (slow && ordered) {
        // The window is full, and stays so while the first item is not there.
        await().atMost(PATIENCE).until(() -> inputs.taken.get() == window);
        reader.awaitWaiting();
        assertThat(inputs.taken.get()).isEqualTo(window);
      }
      talk.add("first may end");
      List<Integer> results = reader.result(PATIENCE);
      assertThat(results).hasSize(300).doesNotHaveDuplicates();
      if (ordered) {
        assertThat(results).isEqualTo(range(300));
      }
      assertThat(most.get()).isLessThanOrEqualTo(window);
      assertThat(inputs.readers).hasSize(1);
    }
  }

  @Test
  default void theWindowIsBoundedByDefaultToo() throws InterruptedException {
    assumeTrue(runsAsync());
    Journal talk = journal();
    Endless inputs = new Endless();
    Caller<List<Integer>> reader =
        Caller.of(
            () -> {
              try (Stream<Integer> results =
                  pool().with(o -> o.chunkSize(5)).imap(slowFirst(talk), inputs)) {
                return results.limit(100).toList();
              }
            });
    int window = 4 * pool().workers() * 5;
    await().atMost(PATIENCE).until(() -> inputs.taken.get() == window);
    reader.awaitWaiting();
    assertThat(inputs.taken.get()).isEqualTo(window);
    talk.add("first may end");
    assertThat(reader.result(PATIENCE)).isEqualTo(range(100));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void afterLimitAndCloseNothingRunsOn(boolean ordered) {
    Journal talk = journal();
    try (Stream<Integer> results =
        stream(
            pool().with(o -> o.maxInFlight(64)),
            ordered,
            (Integer x) -> {
              talk.add("begun");
              try {
                if (x > 0) {
                  Thread.sleep(60_000);
                }
              } finally {
                talk.add("ended");
              }
              return x;
            },
            new Endless())) {
      assertThat(results.limit(1).toList()).containsExactly(0);
    }
    List<String> lines = talk.lines();
    assertThat(Collections.frequency(lines, "begun"))
        .isEqualTo(Collections.frequency(lines, "ended"));
    assertThat(pool().map(x -> x, range(50))).isEqualTo(range(50));
    assertThat(talk.lines()).isEqualTo(lines);
  }

  @Test
  default void resultsOfALongChunkDoNotWaitForItsEnd() throws InterruptedException {
    assumeTrue(runsAsync());
    Journal talk = journal();
    CountDownLatch first = new CountDownLatch(1);
    Caller<Long> reader =
        Caller.of(
            () -> {
              try (Stream<Integer> results =
                  pool()
                      .with(o -> o.chunkSize(20))
                      .imap(
                          x -> {
                            Thread.sleep(30);
                            if (x == 19) {
                              talk.hold("the first is there");
                            }
                            return x;
                          },
                          range(20))) {
                return results.peek(x -> first.countDown()).count();
              }
            });
    assertThat(first.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    talk.add("the first is there");
    reader.result(SOON);
  }

  // ---- failure

  @Test
  default void imapThrowsAtThePositionOfTheFailingItem() {
    Journal talk = journal();
    boolean parallel = runsAsync();
    List<Integer> seen = new ArrayList<>();
    Throwable failure =
        catchThrowable(
            () -> {
              try (Stream<Integer> results =
                  pool()
                      .with(o -> o.chunkSize(1))
                      .imap(
                          x -> {
                            if (x == 1) {
                              talk.add("failed");
                              throw new IOException("the bug");
                            }
                            if (x == 0 && parallel) {
                              talk.hold("failed");
                            }
                            return x;
                          },
                          range(50))) {
                results.forEach(seen::add);
              }
            });
    assertThat(seen).containsExactly(0);
    assertThat(failure).isInstanceOf(TaskException.class).hasRootCauseMessage("the bug");
    assertThat(((TaskException) failure).index()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 1000})
  default void whatIsBeforeTheFailingItemIsYieldedWhateverTheChunks(int chunkSize) {
    for (int failing : new int[] {0, 3, 17, 99}) {
      List<Integer> seen = new ArrayList<>();
      Throwable failure =
          catchThrowable(
              () -> {
                try (Stream<Integer> results =
                    pool()
                        .with(o -> o.chunkSize(chunkSize))
                        .imap(
                            x -> {
                              if (x == failing) {
                                throw new IllegalStateException("bug");
                              }
                              return x;
                            },
                            range(100))) {
                  results.forEach(seen::add);
                }
              });
      assertThat(seen).isEqualTo(range(failing));
      assertThat(((TaskException) failure).index()).isEqualTo(failing);
    }
  }

  @Test
  default void itemsBehindAFailureAreNotStartedAnyMore() {
    Journal started = journal();
    assertThatThrownBy(
            () -> {
              try (Stream<Integer> results =
                  pool()
                      .with(o -> o.chunkSize(1).maxInFlight(1000))
                      .imap(
                          x -> {
                            started.add(x);
                            if (x == 5) {
                              throw new IllegalStateException("bug");
                            }
                            Thread.sleep(1);
                            return x;
                          },
                          new Endless())) {
                results.forEach(x -> {});
              }
            })
        .isInstanceOf(TaskException.class);
    List<Integer> numbers = started.numbers();
    assertThat(numbers).doesNotHaveDuplicates().contains(5).hasSizeLessThan(200);
    assertThat(pool().map(x -> x, range(50))).isEqualTo(range(50));
    assertThat(started.numbers()).isEqualTo(numbers);
  }

  @Test
  default void afterAFailureOnlyWhatIsBeforeItGoesOn() {
    assumeTrue(runsAsync());
    Journal started = journal();
    Throwable failure =
        catchThrowable(
            () -> {
              try (Stream<Integer> results =
                  pool()
                      .with(o -> o.chunkSize(1).maxInFlight(1000))
                      .imap(
                          x -> {
                            started.add(x);
                            if (x == 1) {
                              throw new IllegalStateException("bug");
                            }
                            if (x == 0) {
                              started.hold("1");
                              // Time for others to go on where they must not.
                              Thread.sleep(200);
                            }
                            return x;
                          },
                          range(1000))) {
                results.forEach(x -> {});
              }
            });
    assertThat(((TaskException) failure).index()).isEqualTo(1);
    assertThat(started.numbers()).hasSizeLessThanOrEqualTo(1 + pool().workers());
  }

  @Test
  default void imapUnorderedThrowsAtOnceAndStopsTheRest() {
    Journal talk = journal();
    boolean parallel = runsAsync();
    Throwable failure =
        catchThrowable(
            () -> {
              try (Stream<Integer> results =
                  pool()
                      .with(o -> o.chunkSize(1))
                      .imapUnordered(
                          x -> {
                            if (x == 0 && parallel) {
                              talk.add("asleep");
                              Thread.sleep(60_000);
                            }
                            if (x == 1) {
                              if (parallel) {
                                talk.hold("asleep");
                              }
                              throw new IllegalStateException("the bug");
                            }
                            return x;
                          },
                          range(4))) {
                results.forEach(x -> {});
              }
            });
    assertThat(failure).isInstanceOf(TaskException.class).hasRootCauseMessage("the bug");
    assertThat(((TaskException) failure).index()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anExceptionOfTheIteratorComesAfterTheResultsBeforeIt(boolean ordered) {
    IllegalStateException broken = new IllegalStateException("no more input");
    Iterable<Integer> failing =
        () ->
            range(8).stream()
                .map(
                    x -> {
                      if (x == 7) {
                        throw broken;
                      }
                      return x;
                    })
                .iterator();
    List<Integer> seen = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (Stream<Integer> results = stream(pool(), ordered, (Integer x) -> x, failing)) {
                results.forEach(seen::add);
              }
            })
        .isSameAs(broken);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(range(7));
  }

  @Test
  default void anUnsendableFunctionOfAStreamIsReportedByTheCall() {
    assumeTrue(survivesCrash());
    Object unsendable = new Object();
    assertThatThrownBy(() -> pool().imap(x -> unsendable.hashCode(), range(3)))
        .isInstanceOf(NotSerializableTaskException.class);
  }

  // ---- the end

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anInterruptOfTheReaderStopsTheCall(boolean ordered) throws InterruptedException {
    Journal talk = journal();
    Caller<Long> reader =
        Caller.of(
            () -> {
              try (Stream<Integer> results =
                  stream(
                      pool(),
                      ordered,
                      (Integer x) -> {
                        talk.add("begun");
                        try {
                          Thread.sleep(60_000);
                        } finally {
                          talk.add("ended");
                        }
                        return x;
                      },
                      new Endless())) {
                return results.count();
              }
            });
    talk.awaitEntry("begun");
    reader.interrupt();
    assertThat(reader.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(reader.hadFlag()).isTrue();
    List<String> lines = talk.lines();
    assertThat(Collections.frequency(lines, "begun"))
        .isEqualTo(Collections.frequency(lines, "ended"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anInterruptReachesAReaderWhoseInputBlocks(boolean lazily)
      throws InterruptedException {
    BlockingQueue<Integer> source = new LinkedBlockingQueue<>(range(3));
    Journal talk = journal();
    Iterable<Integer> blocking =
        () ->
            Stream.generate(
                    () -> {
                      try {
                        if (source.isEmpty()) {
                          talk.add("blocks");
                        }
                        return source.take();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("interrupted", e);
                      }
                    })
                .iterator();
    Caller<Object> reader =
        Caller.of(
            () -> {
              if (!lazily) {
                return pool().map(x -> x, blocking);
              }
              try (Stream<Integer> results = pool().imap(x -> x, blocking)) {
                return results.count();
              }
            });
    talk.awaitEntry("blocks");
    reader.interrupt();
    assertThat(reader.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(reader.hadFlag()).isTrue();
  }

  @Test
  default void aStreamMayBeClosedByAnotherThread() throws InterruptedException {
    assumeTrue(runsAsync());
    Journal talk = journal();
    Stream<Integer> results =
        pool()
            .imap(
                x -> {
                  talk.add("begun");
                  Thread.sleep(60_000);
                  return x;
                },
                new Endless());
    Caller<List<Integer>> reader = Caller.of(results::toList);
    talk.awaitEntry("begun");
    results.close();
    assertThat(reader.failure(SOON)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  default void closingAStreamThatWasNeverReadAndClosingTwiceIsFine() {
    Endless inputs = new Endless();
    Stream<Integer> unread = pool().imap(x -> x, inputs);
    unread.close();
    unread.close();
    assertThat(inputs.iterators.get()).isZero();
    Stream<Integer> read = pool().imap(x -> x, range(5));
    assertThat(read.toList()).isEqualTo(range(5));
    read.close();
    read.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anAbandonedStreamHoldsNoWorker(boolean ordered) throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    List<Iterator<Integer>> abandoned = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Iterator<Integer> half = stream(own, ordered, (Integer x) -> x, new Endless()).iterator();
      half.next();
      abandoned.add(half);
    }
    assertThat(Caller.of(() -> own.map(x -> x, range(100))).result(SOON)).isEqualTo(range(100));
    Caller.doing(own::close).result(SOON);
    for (Iterator<Integer> each : abandoned) {
      assertThatThrownBy(
              () -> {
                while (each.hasNext()) {
                  each.next();
                }
              })
          .isInstanceOf(PoolClosedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void closeAndTerminateCancelOpenStreams(boolean terminate) throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Journal talk = journal();
    AtomicBoolean closed = new AtomicBoolean();
    Caller<Long> reader =
        Caller.of(
            () -> {
              try (Stream<Integer> results = own.imap(x -> x, new Endless())) {
                return results
                    .peek(
                        x -> {
                          if (x == 3) {
                            talk.add("reading");
                            await().atMost(PATIENCE).untilTrue(closed);
                          }
                        })
                    .count();
              }
            });
    talk.awaitEntry("reading");
    Caller.doing(terminate ? own::terminate : own::close).result(SOON);
    closed.set(true);
    assertThat(reader.failure(SOON)).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> own.imap(x -> x, range(3))).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> own.imapUnordered(x -> x, range(3)))
        .isInstanceOf(PoolClosedException.class);
  }

  @Test
  default void aStreamOpenedBeforeCloseAndReadAfterIsRefused() {
    Pool<Object, Object> own = newPool(o -> o);
    Stream<Integer> late = own.imap(x -> x, range(3));
    own.close();
    assertThatThrownBy(late::toList).isInstanceOf(PoolClosedException.class);
  }

  @Test
  default void aConsumerMayCloseThePool() throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Caller<Object> reader =
        Caller.of(
            () -> {
              try (Stream<Integer> results = own.imap(x -> x, new Endless())) {
                results.forEach(x -> own.close());
                return null;
              }
            });
    assertThat(reader.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  @Test
  default void aTimeLimitOfTheCallEndsTheStream() {
    Journal talk = journal();
    Pool<Object, Object> limited =
        pool().with(o -> o.callTimeout(Duration.ofMillis(300)).chunkSize(1));
    assertThatThrownBy(
            () -> {
              try (Stream<Integer> results =
                  limited.imap(
                      x -> {
                        if (x == 2) {
                          talk.add("begun");
                          Thread.sleep(60_000);
                        }
                        return x;
                      },
                      range(5))) {
                results.forEach(x -> {});
              }
            })
        .isInstanceOf(CallTimeoutException.class)
        .hasMessageContaining("PT0.3S");
    assertThat(talk.lines()).containsExactly("begun");
  }

  @Test
  default void aStreamReadInsideATaskDoesNotDeadlock() {
    assumeTrue(tasksShareThisJvm());
    List<Integer> sums =
        pool()
            .map(
                x -> {
                  try (Stream<Integer> inner = pool().imap(y -> x * 100 + y, range(30))) {
                    return inner.mapToInt(y -> y).sum();
                  }
                },
                range(8));
    assertThat(sums).isEqualTo(range(8).stream().map(x -> x * 3000 + 435).toList());
  }

  @Test
  default void streamsOfSeveralReadersAreIndependent() throws InterruptedException {
    List<Caller<List<Integer>>> readers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int offset = i * 1000;
      boolean ordered = i % 2 == 0;
      readers.add(
          Caller.of(
              () -> {
                try (Stream<Integer> results =
                    stream(pool(), ordered, (Integer x) -> x + offset, new Endless())) {
                  return results.limit(400).toList();
                }
              }));
    }
    for (int i = 0; i < readers.size(); i++) {
      List<Integer> results = readers.get(i).result(PATIENCE);
      assertThat(new HashSet<>(results)).hasSize(400);
      int offset = i * 1000;
      if (i % 2 == 0) {
        assertThat(results).isEqualTo(range(400).stream().map(x -> x + offset).toList());
      }
    }
  }

  // ---- order

  @Test
  default void imapKeepsTheOrderWhicheverItemEndsFirst() {
    List<Integer> results =
        pool()
            .with(o -> o.chunkSize(1))
            .imap(
                x -> {
                  Thread.sleep(x % 2 == 0 ? 15 : 0);
                  return x * x;
                },
                range(20))
            .toList();
    assertThat(results).isEqualTo(range(20).stream().map(x -> x * x).toList());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void setsAndViewsOfMapsAreInputsToo(boolean ordered) {
    Set<Integer> set = new LinkedHashSet<>(List.of(5, 3, 9, 1));
    assertThat(stream(pool(), ordered, (Integer x) -> x * 2, set).toList())
        .containsExactlyInAnyOrder(10, 6, 18, 2);
    Map<String, Integer> map = new TreeMap<>(Map.of("a", 1, "b", 2, "c", 3));
    List<String> keys = stream(pool(), ordered, (String x) -> x + x, map.keySet()).toList();
    assertThat(keys).containsExactlyInAnyOrder("aa", "bb", "cc");
    List<Integer> values = stream(pool(), ordered, (Integer x) -> -x, map.values()).toList();
    assertThat(values).containsExactlyInAnyOrder(-1, -2, -3);
    if (ordered) {
      assertThat(keys).isSorted();
      assertThat(values).containsExactly(-1, -2, -3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  default void itemsThatAreTriedAgainKeepTheirPlace(int chunkSize) {
    for (boolean ordered : new boolean[] {true, false}) {
      Journal attempts = journal();
      String order = ordered ? "o" : "u";
      Pool<Object, Object> patient =
          pool().with(o -> o.retries(1).retryBackoff(Duration.ofMillis(50)).chunkSize(chunkSize));
      List<Integer> results =
          stream(
                  patient,
                  ordered,
                  (Integer x) -> {
                    String entry = order + x;
                    if (x % 5 == 0 && !attempts.contains(entry)) {
                      attempts.add(entry);
                      throw new IOException("not at once");
                    }
                    return x;
                  },
                  range(30))
              .toList();
      assertThat(results).containsExactlyInAnyOrderElementsOf(range(30));
      if (ordered) {
        assertThat(results).isEqualTo(range(30));
      }
    }
  }

  // ---- windows

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1000})
  default void aWindowSmallerThanAChunkBoundsTheReadingAllTheSame(int chunkSize) {
    int window = 5;
    for (boolean ordered : new boolean[] {true, false}) {
      Endless inputs = new Endless();
      AtomicLong yielded = new AtomicLong();
      AtomicLong most = new AtomicLong();
      inputs.before =
          () -> most.accumulateAndGet(inputs.taken.get() + 1 - yielded.get(), Math::max);
      Pool<Object, Object> narrow = pool().with(o -> o.chunkSize(chunkSize).maxInFlight(window));
      try (Stream<Integer> results = stream(narrow, ordered, (Integer x) -> x, inputs)) {
        List<Integer> some = results.peek(x -> yielded.incrementAndGet()).limit(200).toList();
        assertThat(some).hasSize(200).doesNotHaveDuplicates();
        if (ordered) {
          assertThat(some).isEqualTo(range(200));
        }
      }
      assertThat(most.get()).isLessThanOrEqualTo(window);
    }
  }

  @Test
  default void theWindowOfAdaptiveChunksStopsGrowingWhileTheFirstItemIsNotThere()
      throws InterruptedException {
    assumeTrue(runsAsync());
    Journal talk = journal();
    Endless inputs = new Endless();
    Caller<List<Integer>> reader =
        Caller.of(
            () -> {
              try (Stream<Integer> results =
                  pool()
                      .imap(
                          x -> {
                            if (x == 0) {
                              talk.hold("first may end");
                            }
                            return x;
                          },
                          inputs)) {
                return results.limit(100).toList();
              }
            });
    AtomicInteger before = new AtomicInteger(-1);
    await()
        .pollInterval(Duration.ofMillis(500))
        .atMost(PATIENCE)
        .until(
            () -> inputs.taken.get() > 0 && before.getAndSet(inputs.taken.get()) == before.get());
    talk.add("first may end");
    assertThat(reader.result(PATIENCE)).isEqualTo(range(100));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void afterTheFirstElementAndCloseNoInstantItemIsBegunEither(boolean ordered) {
    Journal begun = journal();
    boolean parallel = runsAsync();
    Endless inputs = new Endless();
    try (Stream<Integer> results =
        stream(
            pool().with(o -> o.maxInFlight(64).chunkSize(1)),
            ordered,
            (Integer x) -> {
              begun.add(x);
              if (x == 0 && parallel) {
                if (ordered) {
                  // The last one may begin before one that was handed out behind this.
                  begun.holdSize(64);
                } else {
                  Thread.sleep(60_000);
                }
              }
              return x;
            },
            inputs)) {
      assertThat(results.limit(1).toList()).hasSize(1);
    }
    List<Integer> numbers = begun.numbers();
    assertThat(numbers).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(64);
    assertThat(inputs.taken.get()).isLessThanOrEqualTo(64);
    if (parallel && ordered) {
      assertThat(numbers).containsExactlyInAnyOrderElementsOf(range(64));
    }
    assertThat(pool().map(x -> x, range(50))).isEqualTo(range(50));
    assertThat(begun.numbers()).isEqualTo(numbers);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void theFirstOfAHundredSlowItemsOfAChunkIsYieldedLongBeforeTheLast(boolean ordered) {
    assumeTrue(runsAsync());
    Journal begun = journal();
    try (Stream<Integer> results =
        stream(
            pool().with(o -> o.chunkSize(100)),
            ordered,
            (Integer x) -> {
              begun.add(x);
              Thread.sleep(100);
              return x;
            },
            range(100))) {
      int first = results.iterator().next();
      // Several workers may have a share of them; whose first is the first is open.
      assertThat(first).isBetween(0, ordered ? 0 : 99);
    }
    assertThat(begun.numbers()).hasSizeLessThan(50);
  }

  // ---- failures among others

  @Test
  default void imapThrowsAtItsPositionThoughLaterItemsEndedLongBefore() {
    Journal ended = journal();
    boolean parallel = runsAsync();
    List<Integer> seen = new ArrayList<>();
    Throwable failure =
        catchThrowable(
            () -> {
              try (Stream<Integer> results =
                  pool()
                      .with(o -> o.chunkSize(1).maxInFlight(20))
                      .imap(
                          x -> {
                            if (x == 3) {
                              // All but one, which may have been sent ahead to this worker.
                              while (parallel && ended.numbers().size() < 3 + 15) {
                                Thread.sleep(5);
                              }
                              throw new IOException("the bug");
                            }
                            ended.add(x);
                            return x;
                          },
                          range(20))) {
                results.forEach(seen::add);
              }
            });
    assertThat(seen).containsExactly(0, 1, 2);
    assertThat(failure).isInstanceOf(TaskException.class).hasRootCauseMessage("the bug");
    assertThat(((TaskException) failure).index()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void whatRunsBesideAFailingItemIsStopped(boolean ordered) throws InterruptedException {
    Journal talk = journal();
    boolean parallel = runsAsync();
    Caller<Void> reader =
        Caller.doing(
            () -> {
              try (Stream<Integer> results =
                  stream(
                      pool().with(o -> o.chunkSize(1)),
                      ordered,
                      (Integer x) -> {
                        if (x == 1) {
                          if (parallel) {
                            talk.hold("begun");
                          }
                          throw new IllegalStateException("the bug");
                        }
                        if (x > 1) {
                          talk.add("begun");
                          try {
                            Thread.sleep(60_000);
                          } finally {
                            talk.add("ended");
                          }
                        }
                        return x;
                      },
                      new Endless())) {
                results.forEach(x -> {});
              }
            });
    Throwable failure = reader.failure(PATIENCE);
    assertThat(failure).isInstanceOf(TaskException.class).hasRootCauseMessage("the bug");
    List<String> lines = talk.lines();
    assertThat(lines).hasSizeLessThanOrEqualTo(2);
    assertThat(Collections.frequency(lines, "begun"))
        .isEqualTo(Collections.frequency(lines, "ended"));
    assertThat(pool().map(x -> x, range(50))).isEqualTo(range(50));
    assertThat(talk.lines()).isEqualTo(lines);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anExceptionOfTheIteratorWaitsForItemsThatStillRun(boolean ordered) {
    IllegalStateException broken = new IllegalStateException("no more input");
    Iterable<Integer> failing =
        () ->
            Stream.concat(
                    range(4).stream(),
                    Stream.generate(
                        () -> {
                          throw broken;
                        }))
                .map(Integer.class::cast)
                .iterator();
    List<Integer> seen = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (Stream<Integer> results =
                  stream(
                      pool(),
                      ordered,
                      (Integer x) -> {
                        Thread.sleep(50);
                        return x;
                      },
                      failing)) {
                results.forEach(seen::add);
              }
            })
        .isSameAs(broken);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(range(4));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anInputWithoutAnIteratorFailsAsItself(boolean ordered) {
    IllegalStateException broken = new IllegalStateException("no iterator");
    Iterable<Integer> failing =
        () -> {
          throw broken;
        };
    try (Stream<Integer> results = stream(pool(), ordered, (Integer x) -> x, failing)) {
      assertThatThrownBy(results::toList).isSameAs(broken);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  default void anItemOverItsTimeFailsAtItsPosition(int chunkSize) {
    List<Integer> seen = new ArrayList<>();
    Throwable failure =
        catchThrowable(
            () -> {
              try (Stream<Integer> results =
                  pool()
                      .with(o -> o.chunkSize(chunkSize).taskTimeout(Duration.ofSeconds(1)))
                      .imap(
                          x -> {
                            if (x == 3) {
                              Thread.sleep(60_000);
                            }
                            return x;
                          },
                          range(10))) {
                results.forEach(seen::add);
              }
            });
    assertThat(seen).containsExactly(0, 1, 2);
    assertThat(failure).isInstanceOf(TaskTimeoutException.class);
    assertThat(((TaskException) failure).index()).isEqualTo(3);
  }

  // ---- readers that are busy or gone

  @Test
  default void anInterruptOfABusyReaderIsNoticedAtTheNextElement() throws InterruptedException {
    Caller<Void> reader =
        Caller.doing(
            () -> {
              try (Stream<Integer> results = pool().imap(x -> x, new Endless())) {
                results.forEach(x -> Thread.currentThread().interrupt());
              }
            });
    assertThat(reader.failure(PATIENCE)).isInstanceOf(PoolInterruptedException.class);
    assertThat(reader.hadFlag()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void whenCloseByAnotherThreadReturnsNothingRunsAnyMore(boolean ordered)
      throws InterruptedException {
    Journal talk = journal();
    Stream<Integer> results =
        stream(
            pool(),
            ordered,
            (Integer x) -> {
              talk.add("begun");
              try {
                Thread.sleep(60_000);
              } finally {
                talk.add("ended");
              }
              return x;
            },
            new Endless());
    Caller<List<Integer>> reader = Caller.of(results::toList);
    talk.awaitEntry("begun");
    Caller.doing(results::close).result(SOON);
    List<String> lines = talk.lines();
    assertThat(Collections.frequency(lines, "begun"))
        .isEqualTo(Collections.frequency(lines, "ended"));
    assertThat(reader.failure(SOON)).isInstanceOf(IllegalStateException.class);
    assertThat(pool().map(x -> x, range(50))).isEqualTo(range(50));
    assertThat(talk.lines()).isEqualTo(lines);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void aStreamThatIsClosedWhileItsReaderIsBusyDoesNotLookComplete(boolean ordered)
      throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Stream<Integer> results = stream(pool(), ordered, (Integer x) -> x, range(1000));
    Stream<Integer> watched =
        results.peek(
            x -> {
              reading.countDown();
              try {
                closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    Caller<List<Integer>> reader = Caller.of(watched::toList);
    assertThat(reading.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    Caller.doing(watched::close).result(SOON);
    closed.countDown();
    assertThat(reader.failure(SOON))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  default void theIteratorOfAClosedStreamDoesNotLookExhausted() {
    Stream<Integer> begun = pool().imap(x -> x, range(100));
    Iterator<Integer> each = begun.iterator();
    assertThat(each.next()).isZero();
    begun.close();
    assertThatThrownBy(each::hasNext).isInstanceOf(IllegalStateException.class);
    Stream<Integer> unread = pool().imap(x -> x, range(100));
    Iterator<Integer> none = unread.iterator();
    unread.close();
    assertThatThrownBy(none::hasNext).isInstanceOf(IllegalStateException.class);
    Stream<Integer> read = pool().imap(x -> x, range(1));
    Iterator<Integer> whole = read.iterator();
    assertThat(whole.next()).isZero();
    assertThat(whole.hasNext()).isFalse();
    read.close();
    assertThat(whole.hasNext()).as("had been read to its end").isFalse();
  }

  @Test
  default void aClosedStreamHasNoTerminalOperation() {
    Endless inputs = new Endless();
    Stream<Integer> results = pool().imap(x -> x, inputs);
    results.close();
    assertThatThrownBy(results::toList).isInstanceOf(IllegalStateException.class);
    assertThat(inputs.iterators.get()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  default void theEndOfThePoolReachesAReaderThatWaitsForAnItem(boolean ordered, boolean terminate)
      throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Journal talk = journal();
    Caller<List<Integer>> reader =
        Caller.of(
            () -> {
              try (Stream<Integer> results =
                  stream(
                      own,
                      ordered,
                      (Integer x) -> {
                        talk.add("begun");
                        try {
                          Thread.sleep(60_000);
                        } finally {
                          talk.add("ended");
                        }
                        return x;
                      },
                      new Endless())) {
                return results.toList();
              }
            });
    talk.awaitEntry("begun");
    Caller.doing(terminate ? own::terminate : own::close).result(SOON);
    assertThat(reader.failure(SOON)).isInstanceOf(PoolClosedException.class);
    List<String> lines = talk.lines();
    assertThat(Collections.frequency(lines, "begun"))
        .isEqualTo(Collections.frequency(lines, "ended"));
  }

  @Test
  default void aStreamThatATaskAbandonsHoldsNoThread() {
    assumeTrue(tasksShareThisJvm());
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(GRACE));
    Queue<Iterator<Integer>> abandoned = new ConcurrentLinkedQueue<>();
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    own.forEach(
        x -> {
          Iterator<Integer> half = own.imap(y -> y, new Endless()).iterator();
          half.next();
          abandoned.add(half);
        },
        range(6));
    assertThat(abandoned).hasSize(6);
    await()
        .atMost(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
              now.removeAll(before);
              now.removeIf(thread -> !thread.getName().startsWith("poolmap-"));
              assertThat(now).hasSizeLessThanOrEqualTo(own.workers());
            });
    assertThat(own.map(x -> x, range(20))).isEqualTo(range(20));
    own.close();
  }

  @Test
  default void theWorkersGoOnWhileReadyResultsAreRead() {
    assumeTrue(runsAsync() && tasksShareThisJvm());
    // Once could be too few: on a busy machine an input may seem to be a slow one.
    assertThat(
            Stream.generate(this::startsAnItemWhileResultsAreThere)
                .limit(10)
                .anyMatch(does -> does))
        .isTrue();
  }

  private boolean startsAnItemWhileResultsAreThere() {
    AtomicInteger started = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    try (Stream<Integer> results =
        pool()
            .with(o -> o.maxInFlight(4).chunkSize(1))
            .imap(
                x -> {
                  started.incrementAndGet();
                  if (x == 0) {
                    await().atMost(SOON).until(() -> ended.get() == 3);
                  }
                  ended.incrementAndGet();
                  return x;
                },
                range(20))) {
      Iterator<Integer> reader = results.iterator();
      assertThat(reader.next()).isZero();
      await().atMost(SOON).until(() -> ended.get() == 4);
      assertThat(List.of(reader.next(), reader.next())).containsExactly(1, 2);
      try {
        // That of 3 is there still.
        await().atMost(Duration.ofSeconds(1)).until(() -> started.get() > 4);
        return true;
      } catch (ConditionTimeoutException e) {
        return false;
      }
    }
  }

  @Test
  default void resultsThatAreThereDoNotWaitForAnIteratorThatBlocks() throws InterruptedException {
    assumeTrue(runsAsync());
    Journal ended = journal();
    Iterable<Integer> inputs =
        () ->
            Iterators.concat(
                range(4).iterator(),
                new AbstractIterator<Integer>() {
                  @Override
                  protected Integer computeNext() {
                    Uninterruptibles.sleepUninterruptibly(SOON.plusSeconds(5));
                    return endOfData();
                  }
                });
    Pool<Object, Object> narrow = pool().with(o -> o.maxInFlight(4).chunkSize(1));
    long start = System.nanoTime();
    try (Stream<Integer> results =
        narrow.imap(
            x -> {
              if (x == 0) {
                // So the reader has to read them all before it has anything to yield.
                ended.awaitSize(3);
              }
              ended.add(x);
              return x;
            },
            inputs)) {
      Iterator<Integer> reader = results.iterator();
      List<Integer> read = new ArrayList<>();
      read.add(reader.next());
      ended.awaitSize(4);
      for (int i = 1; i < 4; i++) {
        read.add(reader.next());
      }
      assertThat(read).isEqualTo(range(4));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
  }

  @Test
  default void aTaskMayCloseItsOwnStream() throws InterruptedException {
    assumeTrue(tasksShareThisJvm());
    AtomicReference<Stream<Integer>> self = new AtomicReference<>();
    Caller<Object> reader =
        Caller.of(
            () -> {
              Stream<Integer> results =
                  pool()
                      .imap(
                          x -> {
                            self.get().close();
                            return x;
                          },
                          new Endless());
              self.set(results);
              return results.count();
            });
    assertThat(reader.failure(SOON)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  default void terminateWaitsForTheItemsOfAStreamThatATaskHasClosed() throws InterruptedException {
    assumeTrue(runsAsync() && tasksShareThisJvm());
    Pool<Object, Object> own = newPool(o -> o.gracePeriod(Duration.ofSeconds(20)).chunkSize(1));
    AtomicReference<Stream<Integer>> self = new AtomicReference<>();
    CountDownLatch siblingRuns = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    AtomicBoolean siblingEnded = new AtomicBoolean();
    Caller<Object> reader =
        Caller.of(
            () -> {
              self.set(
                  own.imap(
                      x -> {
                        if (x == 0) {
                          siblingRuns.await();
                          self.get().close();
                          closed.countDown();
                        } else {
                          siblingRuns.countDown();
                          Uninterruptibles.awaitUninterruptibly(closed);
                          Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(1_000));
                          siblingEnded.set(true);
                        }
                        return x;
                      },
                      range(2)));
              return self.get().count();
            });
    closed.await();
    own.terminate();
    assertThat(siblingEnded).isTrue();
    assertThat(reader.failure(SOON)).isInstanceOf(RuntimeException.class);
  }

  @Test
  default void callsThatEndBeforeTheyHaveBegunDoNotHoldUpClose() throws InterruptedException {
    Pool<Object, Object> own = newPool(o -> o.callTimeout(Duration.ofNanos(1)));
    for (int i = 0; i < 3000; i++) {
      try (Stream<Integer> results = own.imap(x -> x, range(3))) {
        results.forEach(x -> {});
      } catch (CallTimeoutException e) {
        assertThat(e.limit()).isEqualTo(Duration.ofNanos(1));
      }
    }
    Caller.doing(own::close).result(SOON);
  }
}
