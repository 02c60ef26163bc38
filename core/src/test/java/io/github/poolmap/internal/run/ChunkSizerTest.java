package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ChunkSizerTest {

  private static final long MILLI = 1_000_000;

  private final ChunkSizer adaptive =
      new ChunkSizer(OptionalInt.empty(), OptionalInt.empty(), () -> 2);

  @Test
  void aFixedSizeIsKeptToTheEnd() {
    ChunkSizer fixed = new ChunkSizer(OptionalInt.of(7), OptionalInt.empty(), () -> 2);
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
  void theEndIsSharedOutFinely() {
    for (int i = 0; i < 10; i++) {
      adaptive.report(1000, 100_000, 50_000);
    }
    assertThat(adaptive.next(400)).isEqualTo(100);
    assertThat(adaptive.next(40)).isEqualTo(10);
    assertThat(adaptive.next(3)).isEqualTo(1);
    assertThat(adaptive.next(1)).isEqualTo(1);
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
}
