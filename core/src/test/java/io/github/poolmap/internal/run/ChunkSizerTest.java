package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChunkSizerTest {

  private static final long MILLI = 1_000_000;

  private final ChunkSizer adaptive =
      new ChunkSizer(OptionalInt.empty(), OptionalInt.empty(), () -> 2, () -> 2);

  @Test
  void aFixedSizeIsKeptToTheEnd() {
    ChunkSizer fixed = new ChunkSizer(OptionalInt.of(7), OptionalInt.empty(), () -> 2, () -> 2);
    assertThat(fixed.next(100)).isEqualTo(7);
    fixed.report(7, 100 * MILLI, 1);
    assertThat(fixed.next(100)).isEqualTo(7);
    assertThat(fixed.next(3)).isEqualTo(3);
    assertThat(fixed.chunks(15)).isEqualTo(3);
    assertThat(fixed.chunks(14)).isEqualTo(2);
    assertThat(fixed.chunks(0)).isZero();
  }

  @Test
  void itStartsWithSingleItems() {
    assertThat(adaptive.next(1_000_000)).isEqualTo(1);
    assertThat(adaptive.handoverShows(1)).isFalse();
    assertThat(adaptive.chunks(5)).isEqualTo(5);
  }

  @Test
  void quickItemsMakeLargeChunksByAndBy() {
    int last = 1;
    for (int i = 0; i < 10; i++) {
      adaptive.report(last, last * 100L, 50_000);
      int next = adaptive.next(10_000_000);
      assertThat(next).isBetween(last, 8 * last);
      last = next;
    }
    // 20 hand-overs of 50 us are as long as 10,000 items of 100 ns.
    assertThat(last).isEqualTo(10_000);
  }

  @Test
  void slowItemsStayAlone() {
    adaptive.report(1, 50 * MILLI, 50_000);
    assertThat(adaptive.next(1000)).isEqualTo(1);
    assertThat(adaptive.handoverShows(1)).isFalse();
  }

  @Test
  void autoBatchingLearntOnFastItemsIsNotAppliedToSlowOnes() {
    for (int i = 0; i < 10; i++) {
      adaptive.report(1000, 100_000, 50_000);
    }
    assertThat(adaptive.next(1_000_000)).isGreaterThan(1000);
    adaptive.report(100, 100 * 20 * MILLI, 50_000);
    assertThat(adaptive.next(1_000_000)).isEqualTo(1);
  }

  @Test
  void itemsAreFewIfTheirChunkIsFarFromWhatItShouldBe() {
    assertThat(adaptive.areFew(1)).as("nothing is known").isFalse();
    for (int i = 0; i < 10; i++) {
      adaptive.report(1000, 100_000, 50_000);
    }
    assertThat(adaptive.wish()).isEqualTo(8000);
    assertThat(adaptive.areFew(1)).isTrue();
    assertThat(adaptive.areFew(7999)).isTrue();
    // Two lanes take a quarter of what is there.
    assertThat(adaptive.areFew(8000)).isFalse();
  }

  @Test
  void longerItemsAreNeverFew() {
    for (int i = 0; i < 10; i++) {
      adaptive.report(10, 10 * 40_000, 50_000);
    }
    assertThat(adaptive.wish()).isEqualTo(25);
    assertThat(adaptive.areFew(1)).isFalse();
  }

  @Test
  void chunksOfAFixedSizeAreNotWaitedFor() {
    ChunkSizer fixed = new ChunkSizer(OptionalInt.of(100), OptionalInt.empty(), () -> 2, () -> 2);
    fixed.report(100, 10_000, 50_000);
    assertThat(fixed.areFew(1)).isFalse();
  }

  /** Trivial items whose hand-over takes so long that there can hardly be too many of them. */
  private static ChunkSizer ofTrivialItems() {
    ChunkSizer sizer = new ChunkSizer(OptionalInt.empty(), OptionalInt.empty(), () -> 2, () -> 2);
    for (int items = 1; items < 100_000; items = sizer.next(Integer.MAX_VALUE)) {
      sizer.report(items, items * 50L, 20 * MILLI);
    }
    return sizer;
  }

  @Test
  void aChunkHasNoMoreItemsThanOutcomesFit() {
    ChunkSizer sizer = ofTrivialItems();
    assertThat(sizer.next(Integer.MAX_VALUE)).isGreaterThan(100_000);
    sizer.outcomesFit(30_000, true);
    assertThat(sizer.next(Integer.MAX_VALUE)).isEqualTo(30_000);
    assertThat(sizer.next(100)).as("what is left is shared out").isEqualTo(25);
  }

  @Test
  void thatFewOutcomesFitIsForgottenSlowly() {
    ChunkSizer sizer = ofTrivialItems();
    sizer.outcomesFit(8000, true);
    sizer.outcomesFit(30_000, true);
    assertThat(sizer.next(Integer.MAX_VALUE)).isEqualTo(9000);
    for (int i = 0; i < 20; i++) {
      sizer.outcomesFit(30_000, true);
    }
    assertThat(sizer.next(Integer.MAX_VALUE)).isEqualTo(30_000);
  }

  @Test
  void fewOutcomesTellThatMoreFitAndNotThatLess() {
    ChunkSizer sizer = ofTrivialItems();
    int wish = sizer.next(Integer.MAX_VALUE);
    sizer.outcomesFit(100, false);
    assertThat(sizer.next(Integer.MAX_VALUE)).isEqualTo(wish);
    sizer.outcomesFit(8000, true);
    sizer.outcomesFit(100, false);
    assertThat(sizer.next(Integer.MAX_VALUE)).isEqualTo(8000);
    sizer.outcomesFit(8500, false);
    assertThat(sizer.next(Integer.MAX_VALUE)).as("no more than they tell").isEqualTo(8500);
    sizer.outcomesFit(30_000, false);
    assertThat(sizer.next(Integer.MAX_VALUE)).as("slowly").isEqualTo(8500 + 8500 / 8);
  }

  @Test
  void largeOutcomesMayBeSomeAllTheSame() {
    ChunkSizer sizer = ofTrivialItems();
    sizer.outcomesFit(0, true);
    assertThat(sizer.next(Integer.MAX_VALUE)).isEqualTo(64);
    sizer.outcomesFit(30_000, true);
    assertThat(sizer.next(Integer.MAX_VALUE)).isEqualTo(72);
  }

  @Test
  void aFixedSizeDoesNotDependOnWhatFits() {
    ChunkSizer fixed = new ChunkSizer(OptionalInt.of(100), OptionalInt.empty(), () -> 2, () -> 2);
    fixed.outcomesFit(1, true);
    assertThat(fixed.next(1000)).isEqualTo(100);
  }

  @Test
  void theEndIsSharedOutFinely() {
    for (int i = 0; i < 10; i++) {
      adaptive.report(1000, 100_000, 50_000);
    }
    assertThat(adaptive.next(400)).isEqualTo(100);
    assertThat(adaptive.next(40)).isEqualTo(10);
    assertThat(adaptive.next(3)).isEqualTo(1);
    assertThat(adaptive.next(1)).isEqualTo(1);
  }

  /** Two of sixty-four lanes come for the items; the others may, if one of the two is late. */
  @Test
  void theLastItemsAreLeftForLanesThatMayStillCome() {
    ChunkSizer sizer = new ChunkSizer(OptionalInt.empty(), OptionalInt.empty(), () -> 64, () -> 2);
    for (int i = 0; i < 10; i++) {
      sizer.report(1000, 100_000, 50_000);
    }
    assertThat(sizer.next(400)).isEqualTo(100);
    assertThat(sizer.next(80)).isEqualTo(16);
    assertThat(sizer.next(65)).isEqualTo(1);
    assertThat(sizer.next(64)).isEqualTo(1);
    assertThat(sizer.next(1)).isEqualTo(1);
  }

  @Test
  void aTimeThatSaysNothingTeachesNothing() {
    adaptive.report(5, Chunk.UNKNOWN, Chunk.UNKNOWN);
    adaptive.report(0, 5, 5);
    assertThat(adaptive.next(1000)).isEqualTo(1);
    adaptive.report(1, 0, 0);
    assertThat(adaptive.next(1000)).isBetween(1, 8);
  }

  @Test
  void noChunkIsLargerThanTheLedgerCanNumber() {
    int last = 1;
    for (int i = 0; i < 20; i++) {
      adaptive.report(last, last, 20 * MILLI);
      last = adaptive.next(Integer.MAX_VALUE);
    }
    assertThat(last).isEqualTo(1 << 20);
  }

  /** How long lanes take for items that each takes when it is free, as a pool does. */
  private static long makespan(long[] items, int lanes, long handover) {
    ChunkSizer sizer =
        new ChunkSizer(OptionalInt.empty(), OptionalInt.empty(), () -> lanes, () -> lanes);
    long[] freeAt = new long[lanes];
    int[] size = new int[lanes];
    long[] took = new long[lanes];
    int next = 0;
    long end = 0;
    while (true) {
      int lane = 0;
      for (int i = 1; i < lanes; i++) {
        lane = freeAt[i] < freeAt[lane] ? i : lane;
      }
      end = Math.max(end, freeAt[lane]);
      if (size[lane] > 0) {
        sizer.report(size[lane], took[lane], handover);
        size[lane] = 0;
      }
      if (next == items.length) {
        freeAt[lane] = Long.MAX_VALUE;
        if (Arrays.stream(freeAt).allMatch(each -> each == Long.MAX_VALUE)) {
          return end;
        }
        continue;
      }
      size[lane] = sizer.next(items.length - next);
      took[lane] = Arrays.stream(items, next, next + size[lane]).sum();
      next += size[lane];
      freeAt[lane] += handover + took[lane];
    }
  }

  @Test
  void noLaneIsLeftIdleForLongWhateverTheItemsTake() {
    Random random = new Random(20260101);
    long[] averages = {100, 10_000, MILLI, 20 * MILLI};
    for (long average : averages) {
      Map<String, LongUnaryOperator> distributions =
          Map.of(
              "equal", i -> average,
              "uniform", i -> 1 + (long) (2 * average * random.nextDouble()),
              "one in ten is ten times as long",
                  i -> random.nextInt(10) == 0 ? 10 * average : average,
              "exponential", i -> 1 + (long) (-average * Math.log(1 - random.nextDouble())),
              "longer and longer", i -> 1 + average * i / 500,
              "shorter and shorter", i -> 1 + average * Math.max(0, 1000 - i) / 500);
      distributions.forEach(
          (name, distribution) -> {
            for (int lanes : new int[] {1, 2, 5, 16}) {
              for (long handover : new long[] {1000, 10_000, 100_000}) {
                int count = average < 1000 ? 200_000 : average < MILLI ? 20_000 : 1000;
                long[] items = LongStream.range(0, count).map(distribution).toArray();
                long ideal = Arrays.stream(items).sum() / lanes;
                long longest = Arrays.stream(items).max().orElseThrow();
                // Single items at the beginning and the end cost a hand-over each.
                long bound = ideal + Math.max(ideal / 8, longest) + 40 * handover;
                assertThat(makespan(items, lanes, handover))
                    .as("%s, average %s, %s lanes, hand-over %s", name, average, lanes, handover)
                    .isLessThanOrEqualTo(bound);
              }
            }
          });
    }
  }

  @Test
  void longItemsBehindManyShortOnesAreSharedOut() {
    long[] items = new long[200];
    Arrays.fill(items, 0, 190, MILLI / 10);
    Arrays.fill(items, 190, 200, 20 * MILLI);
    // The ideal is 109.5 ms.
    assertThat(makespan(items, 2, 10_000)).isLessThan(112 * MILLI);
  }
}
