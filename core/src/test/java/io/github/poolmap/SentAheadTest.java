package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks that wait in a worker for the one before them. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class SentAheadTest {

  private static final int ITEMS = 400;

  @TempDir private Path folder;

  /** An item that ends when all others have, of which some have been sent ahead behind it. */
  private static Mapper<Integer, Integer> lastOfAll(Journal started, int patient) {
    return x -> {
      started.add(x);
      if (x == patient) {
        started.awaitSize(ITEMS);
      }
      return x;
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 50, 51, 200})
  void whatWaitsBehindASlowItemIsDoneByOthers(int patient) {
    Journal started = new Journal(folder.resolve("started"));
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(2).options(o -> o.chunkSize(1)).build()) {
      // So that hand-overs show.
      pool.map(x -> x, PoolUnderTest.range(200));
      List<Integer> results = pool.map(lastOfAll(started, patient), PoolUnderTest.range(ITEMS));
      assertThat(results).isEqualTo(PoolUnderTest.range(ITEMS));
    }
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(PoolUnderTest.range(ITEMS));
  }

  @Test
  void aStreamGoesOnThoughItsFirstItemWaitsForLaterOnes() {
    Journal started = new Journal(folder.resolve("started"));
    try (ProcessPool<Object, Object> pool =
            ProcessPool.builder()
                .workers(2)
                .options(o -> o.chunkSize(1).maxInFlight(ITEMS))
                .build();
        Stream<Integer> results = pool.imap(lastOfAll(started, 40), PoolUnderTest.range(ITEMS))) {
      assertThat(results.toList()).isEqualTo(PoolUnderTest.range(ITEMS));
    }
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(PoolUnderTest.range(ITEMS));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void nothingIsStartedTwiceThoughChunksAreCalledBackAndWorkersDie(int chunkSize) {
    Journal started = new Journal(folder.resolve("started"));
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(2).options(o -> o.chunkSize(chunkSize)).build()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool.mapOutcomes(
              x -> {
                started.add(x);
                if (x % 40 == 7) {
                  Thread.sleep(60);
                }
                if (x % 100 == 99) {
                  Runtime.getRuntime().halt(3);
                }
                return x;
              },
              PoolUnderTest.range(ITEMS));
      assertThat(outcomes)
          .allSatisfy(
              outcome -> assertThat(outcome.isSuccess()).isEqualTo(outcome.index() % 100 != 99));
    }
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(PoolUnderTest.range(ITEMS));
  }
}
