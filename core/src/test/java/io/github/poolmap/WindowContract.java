package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds in every kind of pool for the bounds of what is under way. */
interface WindowContract extends PoolUnderTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  default void noMoreItemsOfACallAreUnderWayThanItWants(int most) {
    Journal running = journal();
    try (Pool<Object, Object> own =
        build(builder -> builder.workers(runsAsync() && tasksShareThisJvm() ? 6 : 1))) {
      List<Integer> results =
          own.with(o -> o.maxInFlight(most))
              .map(
                  x -> {
                    running.add("+");
                    Thread.sleep(5);
                    running.add("-");
                    return x;
                  },
                  range(40));
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
  @ValueSource(ints = {1, 3, 20})
  default void aCallReadsNoFurtherAheadThanItMayHaveUnderWay(int most) {
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
            .with(o -> o.maxInFlight(most))
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
    assertThat(narrow.mapOutcomes(x -> x, range(500))).hasSize(500);
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

  @ParameterizedTest
  @ValueSource(longs = {1, 3000, 100_000})
  default void aBoundOfBytesLosesNothing(long bytes) {
    assumeTrue(survivesCrash());
    Pool<Object, Object> bounded = pool().with(o -> o.maxBytesInFlight(bytes));
    List<byte[]> inputs = IntStream.range(0, 60).mapToObj(i -> new byte[1000 + i]).toList();
    List<Integer> lengths = inputs.stream().map(each -> each.length).toList();
    assertThat(bounded.map(each -> each.length, inputs)).isEqualTo(lengths);
    assertThat(bounded.with(o -> o.chunkSize(10)).map(each -> each.length, inputs))
        .isEqualTo(lengths);
    for (boolean ordered : new boolean[] {true, false}) {
      Mapper<byte[], byte[]> slowFirst =
          each -> {
            if (each.length == 1000) {
              Thread.sleep(200);
            }
            return each;
          };
      try (Stream<byte[]> results =
          ordered ? bounded.imap(slowFirst, inputs) : bounded.imapUnordered(slowFirst, inputs)) {
        assertThat(results.map(each -> each.length).toList())
            .containsExactlyInAnyOrderElementsOf(lengths);
      }
    }
  }
}
