package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Which of more workers than keep the processors busy get the items of a call. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ManyWorkersTest {

  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final int MOST_CORES = 4;
  private static final int USEFUL = 2 * CORES;
  private static final int WORKERS = USEFUL + 3;
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int CALLS = 100;

  /** What a task is to do. */
  private enum Deed {
    COMPUTE,
    PAUSE,
    MEET
  }

  private static @TempDir Path folder;
  private static ProcessPool<Object, Object> pool;

  private Journal journal;

  @BeforeAll
  static void openPool() {
    assumeTrue(CORES <= MOST_CORES, "so many JVMs as would be needed here are too many");
    assumeTrue(Files.isReadable(Path.of("/proc/thread-self/schedstat")), "a system that tells");
    pool = warm(builder -> {}, "start");
  }

  /** Makes a pool all of whose workers are there. */
  private static ProcessPool<Object, Object> warm(
      Consumer<ProcessPool.Builder<Object, Object>> settings, String journal) {
    ProcessPool.Builder<Object, Object> builder =
        ProcessPool.builder()
            .workers(WORKERS)
            .startStrategy(StartStrategy.spawn())
            .jvmArgs("-XX:TieredStopAtLevel=1", "-Xmx64m");
    settings.accept(builder);
    ProcessPool<Object, Object> made = builder.build();
    Mapper<Object, Object> meeting = deeds(new Journal(folder.resolve(journal)));
    made.with(o -> o.chunkSize(1)).map(x -> meeting.map(x), times(WORKERS, Deed.MEET));
    return made;
  }

  @AfterAll
  static void closePool() {
    if (pool != null) {
      pool.close();
    }
  }

  @BeforeEach
  void beginJournal(TestInfo test) {
    journal = new Journal(folder.resolve(test.getDisplayName()));
  }

  /** One function for all, since a pool knows them by their classes. Tells who executed it. */
  private static Mapper<Object, Object> deeds(Journal journal) {
    // A worker sees fewer cores.
    int all = WORKERS;
    return deed -> {
      switch ((Deed) deed) {
        case COMPUTE -> {
          for (long start = System.nanoTime(); System.nanoTime() - start < 3_000_000; ) {
            Thread.onSpinWait();
          }
        }
        case PAUSE -> Thread.sleep(8);
        case MEET -> {
          journal.add(deed);
          while (journal.lines().size() < all) {
            Thread.sleep(5);
          }
        }
      }
      return WorkerInfo.current().pid();
    };
  }

  private static List<Object> times(int count, Deed deed) {
    return Collections.nCopies(count, deed);
  }

  /** Calls until the pool has learnt that the function computes, and tells whether it has. */
  private static boolean learnsThatTasksCompute(
      ProcessPool<Object, Object> pool, Mapper<Object, Object> function) {
    for (int call = 0; call < CALLS; call++) {
      if (new HashSet<>(pool.map(function, times(60, Deed.COMPUTE))).size() <= USEFUL) {
        return true;
      }
    }
    return false;
  }

  @Test
  void tasksThatComputeGetNoMoreWorkersThanKeepTheProcessorsBusy() {
    assertThat(learnsThatTasksCompute(pool, deeds(journal))).isTrue();
    assertThat(pool.stats().liveWorkers()).isEqualTo(WORKERS);
  }

  @Test
  void tasksThatBeginToWaitForOneAnotherAllGetAWorker() {
    Mapper<Object, Object> function = deeds(journal);
    assertThat(learnsThatTasksCompute(pool, function)).isTrue();
    CompletableFuture<List<Object>> pids = pool.mapAsync(function, times(WORKERS, Deed.MEET));
    assertThat(pids).succeedsWithin(SOON);
    assertThat(pids.join()).doesNotHaveDuplicates().hasSize(WORKERS);
  }

  @Test
  void tasksThatWaitForOneAnotherBehindManyThatComputeAllGetAWorker() {
    Mapper<Object, Object> function = deeds(journal);
    assertThat(learnsThatTasksCompute(pool, function)).isTrue();
    List<Object> inputs = new ArrayList<>(times(200, Deed.COMPUTE));
    inputs.addAll(times(WORKERS, Deed.MEET));
    CompletableFuture<List<Object>> pids = pool.mapAsync(function, inputs);
    assertThat(pids).succeedsWithin(SOON);
    assertThat(pids.join().subList(200, inputs.size())).doesNotHaveDuplicates();
  }

  @Test
  void tasksThatBeginToPauseGetAllWorkers() {
    Mapper<Object, Object> function = deeds(journal);
    assertThat(learnsThatTasksCompute(pool, function)).isTrue();
    assertThat(new HashSet<>(pool.map(function, times(400, Deed.PAUSE)))).hasSize(WORKERS);
  }

  /** Those that have done the items before are replaced at about the same time. */
  @Test
  void idleWorkersComeForItemsWhoseWorkersWaitForTheirSuccessors() throws Exception {
    Path slow = folder.resolve("slow");
    String flag = slow.toString();
    Effect<WorkerInfo> start =
        info -> {
          while (Files.exists(Path.of(flag))) {
            Thread.sleep(5);
          }
        };
    try (ProcessPool<Object, Object> replacing =
        warm(builder -> builder.maxTasksPerWorker(200).initializer(start), "replacing")) {
      Mapper<Object, Object> function = deeds(journal);
      assertThat(learnsThatTasksCompute(replacing, function)).isTrue();
      Files.createFile(slow);
      CompletableFuture<List<Object>> pids =
          replacing.mapAsync(function, times(USEFUL * 200 + 50, Deed.COMPUTE));
      assertThat(pids).succeedsWithin(SOON);
    } finally {
      Files.deleteIfExists(slow);
    }
  }
}
