package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** How many JVMs a pool boots: no more than pay, and all that items need to end. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessDemandTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private Journal journal;

  @BeforeEach
  void open(@TempDir Path folder) {
    journal = new Journal(folder.resolve("journal"));
  }

  private static ProcessPool<Object, Object> fresh(int workers) {
    return ProcessPool.builder()
        .workers(workers)
        .startStrategy(StartStrategy.spawn())
        .jvmArgs("-XX:TieredStopAtLevel=1")
        .build();
  }

  /** Comes to where others are, and waits until there are so many. */
  private static Mapper<Object, Object> meeting(Journal journal, int size) {
    return x -> {
      journal.add(x);
      while (journal.lines().size() < size) {
        Thread.sleep(5);
      }
      return x;
    };
  }

  @Test
  void aHundredTrivialItemsDoNotBootAJvmForEachOfSixtyFourWorkers() {
    try (ProcessPool<Object, Object> pool = fresh(64)) {
      List<Object> inputs = List.copyOf(PoolUnderTest.range(100));
      assertThat(pool.map(x -> x, inputs)).isEqualTo(inputs);
      // One, but for a machine that stands still for a while.
      assertThat(pool.stats().liveWorkers()).isBetween(1, 4);
      assertThat(pool.workers()).isEqualTo(64);
    }
  }

  @Test
  void itemsThatWaitForOneAnotherAllGetAWorker() {
    try (ProcessPool<Object, Object> pool = fresh(3)) {
      assertThat(pool.map(meeting(journal, 3), List.of(1, 2, 3))).containsExactly(1, 2, 3);
      assertThat(pool.stats().liveWorkers()).isEqualTo(3);
    }
  }

  /** What is learnt of the short ones must not put two of those at the end into one chunk. */
  @Test
  void itemsThatWaitForOneAnotherBehindManyShortOnesAllGetAWorker() {
    Mapper<Object, Object> meeting = meeting(journal, 4);
    List<Object> inputs = List.copyOf(PoolUnderTest.range(504));
    try (ProcessPool<Object, Object> pool = fresh(4)) {
      CompletableFuture<List<Object>> results =
          pool.mapAsync(x -> (Integer) x < 500 ? x : meeting.map(x), inputs);
      assertThat(results).succeedsWithin(SOON).isEqualTo(inputs);
    }
  }

  @Test
  void anApplyThatALongMapWaitsForGetsAWorkerOfItsOwn() {
    Journal shared = journal;
    try (ProcessPool<Object, Object> pool = fresh(2)) {
      CompletableFuture<List<Object>> map = pool.mapAsync(meeting(shared, 2), List.of(1));
      shared.awaitSize(1);
      assertThat(pool.apply(() -> meeting(shared, 2).map(2))).isEqualTo(2);
      assertThat(map).succeedsWithin(SOON).isEqualTo(List.of(1));
    }
  }

  @Test
  void itemsOfAStreamThatWaitForOneAnotherAllGetAWorker() {
    try (ProcessPool<Object, Object> pool = fresh(2);
        Stream<Object> results =
            pool.imap(meeting(journal, 2), Stream.<Object>of(1, 2, 3)::iterator)) {
      assertThat(results).containsExactly(1, 2, 3);
    }
  }

  @Test
  void workersThatDiedAreReplacedForItemsThatNeedThem() {
    Journal shared = journal;
    try (ProcessPool<Object, Object> pool = fresh(2)) {
      pool.map(meeting(shared, 2), List.of(1, 2));
      pool.mapOutcomes(
          x -> {
            Runtime.getRuntime().halt(1);
            return x;
          },
          List.of(1, 2, 3));
      assertThat(pool.map(meeting(shared, 4), List.of(3, 4))).containsExactly(3, 4);
    }
  }
}
