package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds in every kind of pool for the bounds of what is under way. */
interface WindowContract extends PoolUnderTest {

  /** More workers than a window of one or two lets work, where a kind can have them. */
  private int many() {
    return !runsAsync() ? 1 : tasksShareThisJvm() ? 6 : 3;
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "3, true", "5, true", "1, false", "2, false", "3, false"})
  default void noMoreItemsOfACallAreUnderWayThanItWants(int most, boolean collection) {
    assumeTrue(most == 2 || runsWholeTables());
    Journal running = journal();
    Iterable<Integer> inputs = collection ? range(40) : range(40)::iterator;
    try (Pool<Object, Object> own = build(builder -> builder.workers(many()))) {
      List<Integer> results =
          own.with(o -> o.maxInFlight(most))
              .map(
                  x -> {
                    running.add("+");
                    Thread.sleep(5);
                    running.add("-");
                    return x;
                  },
                  inputs);
      assertThat(results).isEqualTo(range(40));
    }
    int now = 0;
    int peak = 0;
    for (String line : running.lines()) {
      now += line.equals("+") ? 1 : -1;
      peak = Math.max(peak, now);
    }
    assertThat(peak).isBetween(1, most);
  }

  @ParameterizedTest
  @CsvSource({"2, true", "3, true", "2, false", "3, false"})
  default void asManyItemsAreUnderWayAsTheCallWants(int most, boolean collection) {
    assumeTrue(runsAsync());
    Journal talk = journal();
    Iterable<Integer> inputs = collection ? range(20) : range(20)::iterator;
    try (Pool<Object, Object> own = build(builder -> builder.workers(many()))) {
      List<Integer> results =
          own.with(o -> o.maxInFlight(most).chunkSize(1).callTimeout(PATIENCE))
              .map(
                  x -> {
                    talk.add("begun");
                    while (talk.lines().size() < most) {
                      Thread.sleep(2);
                    }
                    return x;
                  },
                  inputs);
      assertThat(results).isEqualTo(range(20));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "3, 10", "20, 1", "20, 100"})
  default void aCallReadsNoFurtherAheadThanItMayHaveUnderWay(int most, int chunkSize) {
    Journal ended = journal();
    AtomicInteger worst = new AtomicInteger();
    Iterable<Integer> watched =
        () -> {
          Iterator<Integer> numbers = range(60).iterator();
          return new Iterator<>() {
            private int taken;

            @Override
            public boolean hasNext() {
              return numbers.hasNext();
            }

            @Override
            public Integer next() {
              taken++;
              int ahead = taken - ended.lines().size();
              worst.accumulateAndGet(ahead, Math::max);
              return numbers.next();
            }
          };
        };
    List<Integer> results =
        pool()
            .with(o -> o.maxInFlight(most).chunkSize(chunkSize))
            .map(
                x -> {
                  ended.add(x);
                  return x;
                },
                watched);
    assertThat(results).isEqualTo(range(60));
    assertThat(worst.get()).isLessThanOrEqualTo(most);
  }

  @Test
  default void aWindowSmallerThanAChunkIsFine() {
    Pool<Object, Object> narrow = pool().with(o -> o.chunkSize(100).maxInFlight(7));
    assertThat(narrow.map(x -> x, range(500))).isEqualTo(range(500));
    assertThat(narrow.imap(x -> x, range(500)).toList()).isEqualTo(range(500));
    assertThat(Outcome.values(narrow.mapOutcomes(x -> x, range(500)))).isEqualTo(range(500));
    Iterable<Integer> iterable = range(500)::iterator;
    assertThat(narrow.map(x -> x, iterable)).isEqualTo(range(500));
    assertThat(Outcome.values(narrow.mapOutcomes(x -> x, iterable))).isEqualTo(range(500));
    assertThat(narrow.imapUnordered(x -> x, range(500)).toList())
        .containsExactlyInAnyOrderElementsOf(range(500));
    assertThat(narrow.imapOutcomes(x -> x, range(500)).map(Outcome::value).toList())
        .containsExactlyInAnyOrderElementsOf(range(500));
  }

  @Test
  default void anItemThatFailsMakesRoomInTheWindow() {
    Pool<Object, Object> narrow = pool().with(o -> o.maxInFlight(1));
    Iterable<Integer> iterable = range(50)::iterator;
    for (Iterable<Integer> inputs : List.of(range(50), iterable)) {
      List<Outcome<Integer, Integer>> outcomes =
          narrow.mapOutcomes(
              x -> {
                throw new IllegalStateException("of " + x);
              },
              inputs);
      assertThat(Outcome.failures(outcomes)).hasSize(50);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "3, 5"})
  default void itemsThatWaitForTheirRetryHoldNoWindowForEver(int most, int chunkSize) {
    Journal attempts = journal();
    Mapper<Integer, Integer> everySecondTime =
        x -> {
          attempts.add(x);
          if (Collections.frequency(attempts.numbers(), x) % 2 == 1) {
            throw new IOException("of " + x);
          }
          return x;
        };
    Pool<Object, Object> narrow =
        pool()
            .with(
                o ->
                    o.maxInFlight(most)
                        .chunkSize(chunkSize)
                        .retries(1)
                        .retryBackoff(Duration.ofMillis(20))
                        .callTimeout(PATIENCE));
    List<Integer> all = range(10);
    Iterable<Integer> iterable = all::iterator;
    assertThat(narrow.map(everySecondTime, all)).isEqualTo(all);
    assertThat(narrow.map(everySecondTime, iterable)).isEqualTo(all);
    assertThat(Outcome.values(narrow.mapOutcomes(everySecondTime, iterable))).isEqualTo(all);
    try (Stream<Integer> results = narrow.imap(everySecondTime, all)) {
      assertThat(results.toList()).isEqualTo(all);
    }
    try (Stream<Integer> results = narrow.imapUnordered(everySecondTime, all)) {
      assertThat(results.toList()).containsExactlyInAnyOrderElementsOf(all);
    }
    assertThat(attempts.lines()).hasSize(5 * 2 * 10);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void anItemThatIsGivenUpMakesRoomInTheWindow(boolean collection) {
    assumeTrue(runsAsync());
    Journal talk = journal();
    Iterable<Integer> inputs = collection ? range(10) : range(10)::iterator;
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool()
              .with(
                  o ->
                      o.maxInFlight(1)
                          .taskTimeout(Duration.ofMillis(400))
                          .gracePeriod(Duration.ofMillis(50))
                          .callTimeout(PATIENCE))
              .mapOutcomes(
                  x -> {
                    talk.add(x);
                    return x == 2 ? TimeLimitContract.deafHere(talk) : x;
                  },
                  inputs);
      assertThat(logs).isNotNull();
      assertThat(outcomes.get(2).failure()).isInstanceOf(TaskTimeoutException.class);
      assertThat(Outcome.values(outcomes))
          .isEqualTo(range(10).stream().filter(x -> x != 2).toList());
    }
    assertThat(talk.numbers()).isEqualTo(range(10));
    talk.add("end");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  default void aCrashMakesRoomInTheBoundOfBytes(int chunkSize) {
    assumeTrue(survivesCrash());
    try (Logs logs = new Logs()) {
      List<Outcome<byte[], byte[]>> outcomes =
          pool()
              .with(o -> o.maxBytesInFlight(1).chunkSize(chunkSize).callTimeout(PATIENCE))
              .mapOutcomes(
                  block -> {
                    if (block.length % 10 == 3) {
                      Runtime.getRuntime().halt(9);
                    }
                    return block;
                  },
                  blocks(20));
      assertThat(logs).isNotNull();
      assertThat(Outcome.failures(outcomes))
          .hasSize(2)
          .hasOnlyElementsOfType(WorkerCrashedException.class);
      assertThat(Outcome.values(outcomes)).hasSize(18);
    }
  }

  @Test
  default void bytesAreBoundedWhereTheyAreKnownAndRefusedElsewhere() {
    if (!survivesCrash()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pool().with(o -> o.maxBytesInFlight(1000)))
          .withMessageContainingAll("maxBytesInFlight = 1000", "process", "maxInFlight");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> newPool(o -> o.maxBytesInFlight(1000)))
          .withMessageContaining("maxBytesInFlight = 1000");
      return;
    }
    assertThat(pool().with(o -> o.maxBytesInFlight(1000)).map(x -> x, range(10))).hasSize(10);
  }

  @Test
  default void aBoundOfBytesIsRefusedInWordsThatNameOptionValueAndKind() {
    assumeTrue(!survivesCrash());
    PoolKind kind = runsAsync() ? PoolKind.THREADS : PoolKind.SERIAL;
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> pool().with(o -> o.maxInFlight(3).maxBytesInFlight(77)),
            () -> pool().with(o -> o.maxInFlight(3)).with(o -> o.maxBytesInFlight(77)),
            () -> newPool(o -> o.maxBytesInFlight(77)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(call)
          .withMessageContainingAll("maxBytesInFlight = 77", "not allowed", kind.toString());
    }
  }

  /** Inputs of 1,000 bytes and more, each of a length and content of its own. */
  private static List<byte[]> blocks(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              byte[] block = new byte[1000 + i];
              Arrays.fill(block, (byte) i);
              return block;
            })
        .toList();
  }

  /** Arrays as lists, which can be compared. */
  private static List<List<Byte>> listed(List<byte[]> blocks) {
    return blocks.stream().map(Bytes::asList).toList();
  }

  /** What an item gives back is as large as its input; the first one takes a moment. */
  private static Mapper<byte[], byte[]> slowFirst() {
    return block -> {
      if (block.length == 1000) {
        Thread.sleep(50);
      }
      return block;
    };
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1, 10",
    "1024, 1",
    "1024, 10",
    "3000, 1",
    "3000, 10",
    "100000, 1",
    "100000, 10"
  })
  default void aBoundOfBytesLosesNothing(long bytes, int chunkSize) {
    assumeTrue(survivesCrash());
    Pool<Object, Object> bounded =
        pool().with(o -> o.maxBytesInFlight(bytes).chunkSize(chunkSize).callTimeout(PATIENCE));
    List<byte[]> inputs = blocks(60);
    List<List<Byte>> expected = listed(inputs);
    Iterable<byte[]> iterable = inputs::iterator;
    assertThat(listed(bounded.map(slowFirst(), inputs))).isEqualTo(expected);
    assertThat(listed(bounded.map(slowFirst(), iterable))).isEqualTo(expected);
    assertThat(listed(Outcome.values(bounded.mapOutcomes(slowFirst(), inputs))))
        .isEqualTo(expected);
    try (Stream<byte[]> results = bounded.imap(slowFirst(), inputs)) {
      assertThat(listed(results.toList())).isEqualTo(expected);
    }
    try (Stream<byte[]> results = bounded.imapUnordered(slowFirst(), inputs)) {
      assertThat(listed(results.toList())).containsExactlyInAnyOrderElementsOf(expected);
    }
    try (Stream<Outcome<byte[], byte[]>> results = bounded.imapOutcomes(slowFirst(), inputs)) {
      assertThat(listed(results.map(Outcome::value).toList()))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1024})
  default void aBoundOfBytesHoldsWithAdaptiveChunksToo(long bytes) {
    assumeTrue(survivesCrash());
    Pool<Object, Object> bounded =
        pool().with(o -> o.maxBytesInFlight(bytes).callTimeout(PATIENCE));
    List<byte[]> inputs = blocks(300);
    assertThat(listed(bounded.map(block -> block, inputs))).isEqualTo(listed(inputs));
    try (Stream<byte[]> results = bounded.imap(slowFirst(), inputs)) {
      assertThat(listed(results.toList())).isEqualTo(listed(inputs));
    }
  }

  @Test
  default void resultsThatAStreamHasNotYieldedCountAgainstTheBoundOfBytes() {
    assumeTrue(survivesCrash());
    Journal talk = journal();
    int workers = pool().workers();
    Mapper<Integer, byte[]> mapper =
        x -> {
          talk.add(x);
          return new byte[10_000];
        };
    try (Stream<byte[]> results =
        pool()
            .with(o -> o.maxBytesInFlight(1).chunkSize(1).maxInFlight(100).callTimeout(PATIENCE))
            .imap(mapper, range(100))) {
      Iterator<byte[]> each = results.iterator();
      for (int yielded = 1; yielded <= 100; yielded++) {
        assertThat(each.next()).hasSize(10_000);
        // One result for each worker, and what each of them has begun meanwhile.
        assertThat(talk.lines().size()).isLessThanOrEqualTo(yielded + 2 * workers);
      }
      assertThat(each.hasNext()).isFalse();
    }
  }
}
