package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
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
    MEET,
    FAIL_OR_NOT
  }

  private static @TempDir Path folder;
  private static ProcessPool<Object, Object> pool;

  private Journal journal;

  @BeforeAll
  static void openPool() {
    assumeTrue(CORES <= MOST_CORES, "so many JVMs as would be needed here are too many");
    assumeTrue(Files.isReadable(Path.of("/proc/thread-self/schedstat")), "a system that tells");
    pool = warm(WORKERS, builder -> {}, "start");
  }

  /** Makes a pool all of whose workers are there. */
  private static ProcessPool<Object, Object> warm(
      int workers, Consumer<ProcessPool.Builder<Object, Object>> settings, String journal) {
    ProcessPool.Builder<Object, Object> builder =
        ProcessPool.builder()
            .workers(workers)
            .startStrategy(StartStrategy.spawn())
            .jvmArgs("-XX:TieredStopAtLevel=1", "-Xmx64m");
    settings.accept(builder);
    ProcessPool<Object, Object> made = builder.build();
    Mapper<Object, Object> meeting = deeds(workers, new Journal(folder.resolve(journal)));
    try {
      made.with(o -> o.chunkSize(1)).map(x -> meeting.map(x), times(workers, Deed.MEET));
    } catch (RuntimeException | Error e) {
      made.close();
      throw e;
    }
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
  private static Mapper<Object, Object> deeds(int all, Journal journal) {
    return deed -> {
      switch ((Deed) deed) {
        case COMPUTE -> {
          for (long start = System.nanoTime(); System.nanoTime() - start < 3_000_000; ) {
            Thread.onSpinWait();
          }
        }
        case PAUSE -> Thread.sleep(8);
        case FAIL_OR_NOT -> {
          if (ThreadLocalRandom.current().nextBoolean()) {
            throw new IllegalStateException("by chance");
          }
        }
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
    assertThat(learnsThatTasksCompute(pool, deeds(WORKERS, journal))).isTrue();
    assertThat(pool.stats().liveWorkers()).isEqualTo(WORKERS);
  }

  /** Chunks may be sent ahead of need then, and cannot be measured where they are. */
  @Test
  void whatIsKnownOfTasksIsNotForgottenWhileTheyAreHandedOutOneByOne() {
    Mapper<Object, Object> function = deeds(WORKERS, journal);
    assertThat(learnsThatTasksCompute(pool, function)).isTrue();
    Pool<Object, Object> oneByOne = pool.with(o -> o.chunkSize(1));
    int few = 0;
    for (int call = 0; call < 9; call++) {
      List<Object> pids = oneByOne.map(function, times(200, Deed.COMPUTE));
      few += call > 2 && new HashSet<>(pids).size() <= USEFUL + 1 ? 1 : 0;
    }
    // On a machine that has other things to do one of the workers may be late.
    assertThat(few).isPositive();
  }

  @Test
  void tasksThatAreTriedAgainGetHardlyMoreWorkers() {
    Mapper<Object, Object> function = deeds(WORKERS, journal);
    assertThat(learnsThatTasksCompute(pool, function)).isTrue();
    int few = 0;
    // Where the machine has other things to do lanes are late, which calls for others.
    for (int call = 0; call < CALLS && few == 0; call++) {
      List<Object> inputs = new ArrayList<>(times(200, Deed.COMPUTE));
      for (int at = 0; at < inputs.size(); at += 20) {
        inputs.set(at, Deed.FAIL_OR_NOT);
      }
      List<Object> pids = pool.with(o -> o.retries(20)).map(function, inputs);
      few += new HashSet<>(pids).size() <= USEFUL + 1 ? 1 : 0;
    }
    assertThat(few).isPositive();
  }

  @Test
  void tasksThatBeginToWaitForOneAnotherAllGetAWorker() {
    Mapper<Object, Object> function = deeds(WORKERS, journal);
    assertThat(learnsThatTasksCompute(pool, function)).isTrue();
    CompletableFuture<List<Object>> pids = pool.mapAsync(function, times(WORKERS, Deed.MEET));
    assertThat(pids).succeedsWithin(SOON);
    assertThat(pids.join()).doesNotHaveDuplicates().hasSize(WORKERS);
  }

  @Test
  void tasksThatWaitForOneAnotherBehindManyThatComputeAllGetAWorker() {
    Mapper<Object, Object> function = deeds(WORKERS, journal);
    assertThat(learnsThatTasksCompute(pool, function)).isTrue();
    List<Object> inputs = new ArrayList<>(times(200, Deed.COMPUTE));
    inputs.addAll(times(WORKERS, Deed.MEET));
    CompletableFuture<List<Object>> pids = pool.mapAsync(function, inputs);
    assertThat(pids).succeedsWithin(SOON);
    assertThat(pids.join().subList(200, inputs.size())).doesNotHaveDuplicates();
  }

  @Test
  void tasksThatBeginToPauseGetAllWorkers() {
    Mapper<Object, Object> function = deeds(WORKERS, journal);
    assertThat(learnsThatTasksCompute(pool, function)).isTrue();
    assertThat(new HashSet<>(pool.map(function, times(400, Deed.PAUSE)))).hasSize(WORKERS);
  }

  /** Lanes take turns at calls; what one has too many of is not missing to the other. */
  @Test
  void callsAtTheSameTimeGetNoMoreWorkersThanEachAlone() {
    int workers = 3 * USEFUL + 2;
    // Where there is more to do than there are cores a task seems to pause for a moment.
    int most = 2 * USEFUL + 2;
    try (ProcessPool<Object, Object> large = warm(workers, builder -> {}, "large")) {
      Mapper<Object, Object> function = deeds(workers, journal);
      assertThat(learnsThatTasksCompute(large, function)).isTrue();
      Pool<Object, Object> oneByOne = large.with(o -> o.chunkSize(1));
      List<Object> items = times(120, Deed.COMPUTE);
      Set<Object> pids = new HashSet<>();
      // On a machine that has other things to do one of the workers may be late.
      for (int pair = 0; pair < 30 && (pids.isEmpty() || pids.size() > most); pair++) {
        CompletableFuture<List<Object>> one = oneByOne.mapAsync(function, items);
        pids = new HashSet<>(oneByOne.map(function, items));
        pids.addAll(one.join());
      }
      assertThat(pids).hasSizeBetween(1, most);
    }
  }

  /** Those that have done the items before are replaced at about the same time. */
  @Test
  void idleWorkersComeForItemsWhoseWorkersWaitForTheirSuccessors() throws Exception {
    // In all calls together those that are called exceed their tasks, and no others.
    int workers = 2 * USEFUL + 3;
    int tasks = 200;
    int calls = 22;
    Path slow = folder.resolve("slow");
    try (ProcessPool<Object, Object> replacing = replacing(workers, tasks, slow)) {
      Mapper<Object, Object> function = deeds(workers, journal);
      assertThat(learnsThatTasksCompute(replacing, function)).isTrue();
      List<Object> items = times(USEFUL * tasks / (calls - 2), Deed.COMPUTE);
      callWithoutSuccessors(replacing, function, items, calls, slow);
    }
  }

  /** Who had the item before is the first one to be called for the next. */
  @Test
  void anIdleWorkerComesForAnItemWhoseWorkerWaitsForItsSuccessor() throws Exception {
    Path slow = folder.resolve("slow too");
    try (ProcessPool<Object, Object> replacing = replacing(3, 5, slow)) {
      callWithoutSuccessors(replacing, deeds(3, journal), times(1, Deed.COMPUTE), 8, slow);
    }
  }

  /** Makes a pool whose workers are replaced, but not as long as there is the file. */
  private static ProcessPool<Object, Object> replacing(int workers, int tasks, Path slow) {
    String file = slow.toString();
    Effect<WorkerInfo> start =
        info -> {
          while (Files.exists(Path.of(file))) {
            Thread.sleep(5);
          }
        };
    return warm(
        workers,
        builder -> builder.maxTasksPerWorker(tasks).initializer(start),
        slow.getFileName() + " start");
  }

  private static void callWithoutSuccessors(
      ProcessPool<Object, Object> pool,
      Mapper<Object, Object> function,
      List<Object> items,
      int calls,
      Path slow)
      throws IOException {
    Pool<Object, Object> oneByOne = pool.with(o -> o.chunkSize(1));
    Files.createFile(slow);
    try {
      for (int call = 0; call < calls; call++) {
        CompletableFuture<List<Object>> pids = oneByOne.mapAsync(function, items);
        assertThat(pids).as("call %s", call).succeedsWithin(SOON);
      }
    } finally {
      Files.delete(slow);
    }
  }
}
