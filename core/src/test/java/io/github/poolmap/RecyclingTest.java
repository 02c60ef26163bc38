package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Workers that are replaced before they have leaked too much. */
class RecyclingTest {

  private static final List<ByteBuffer> LEAK = new ArrayList<>();

  private static ProcessPool.Builder<Object, Object> workers(int count) {
    return ProcessPool.builder().workers(count);
  }

  /** A warm worker has executed tasks already. */
  @BeforeEach
  void releaseWarm() {
    Pools.releaseWarm();
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static Map<Long, Integer> countByPid(List<Long> pids) {
    Map<Long, Integer> counts = new HashMap<>();
    pids.forEach(pid -> counts.merge(pid, 1, Integer::sum));
    return counts;
  }

  @Test
  void aWorkerExecutesNoMoreTasksThanItMay(@TempDir Path folder) {
    Journal journal = new Journal(folder.resolve("journal"));
    try (Pool<Object, Object> pool = workers(2).maxTasksPerWorker(7).build()) {
      for (int chunk : new int[] {1, 3, 100}) {
        List<Long> pids =
            pool.with(o -> o.chunkSize(chunk))
                .map(
                    x -> {
                      journal.add("item " + x);
                      return pid();
                    },
                    PoolUnderTest.range(40));
        assertThat(pids).hasSize(40);
        assertThat(countByPid(pids).values()).as("chunks of %s", chunk).allMatch(n -> n <= 7);
      }
    }
    // Nothing is lost or done twice where one worker hands over to the next.
    assertThat(journal.lines()).hasSize(120);
  }

  @Test
  void everyTaskMayHaveAWorkerOfItsOwn() {
    try (Pool<Object, Object> pool = workers(2).maxTasksPerWorker(1).build()) {
      List<Long> pids = pool.map(x -> pid(), PoolUnderTest.range(10));
      assertThat(new HashSet<>(pids)).hasSize(10);
    }
  }

  @Test
  void tasksThatAreStoppedCount(@TempDir Path folder) {
    Journal journal = new Journal(folder.resolve("pids"));
    try (Pool<Object, Object> pool =
        workers(1)
            .maxTasksPerWorker(1)
            .options(o -> o.taskTimeout(Duration.ofMillis(100)))
            .build()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool.mapOutcomes(
              x -> {
                journal.add(pid());
                new CountDownLatch(1).await();
                return x;
              },
              PoolUnderTest.range(3));
      assertThat(outcomes).allMatch(outcome -> outcome.failure() instanceof TaskTimeoutException);
    }
    assertThat(journal.lines()).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void aSuccessorIsNotLeftBehindWhenItsLaneIsLost() {
    // Reading the result never ends, in the thread of the lane.
    Pool<Object, Object> pool =
        workers(1).maxTasksPerWorker(1).startStrategy(StartStrategy.spawn()).build();
    try (pool) {
      assertThat(
              catchThrowableOfType(
                  CallTimeoutException.class,
                  () ->
                      pool.with(
                              o ->
                                  o.callTimeout(Duration.ofMillis(1_500))
                                      .gracePeriod(Duration.ofMillis(200)))
                          .apply(() -> new Stuck())))
          .isNotNull();
    } finally {
      Stuck.RELEASE.countDown();
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(ProcessHandle.current().children()).isEmpty());
  }

  /** Holds up whoever reads it in this JVM. */
  private static final class Stuck implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final CountDownLatch RELEASE = new CountDownLatch(1);
    private static final long WRITER = pid();

    private final long writer = WRITER;

    private Object readResolve() {
      if (writer != pid()) {
        boolean released = false;
        while (!released) {
          try {
            RELEASE.await();
            released = true;
          } catch (InterruptedException e) {
            // Deaf on purpose.
            continue;
          }
        }
      }
      return this;
    }
  }

  @Test
  void aWarmWorkerIsNotTakenForMoreTasksThanTheNewPoolAllows() {
    long first;
    try (Pool<Object, Object> pool = workers(1).build()) {
      first = pool.map(x -> pid(), PoolUnderTest.range(5)).get(0);
    }
    try (Pool<Object, Object> pool = workers(1).maxTasksPerWorker(5).build()) {
      assertThat(pool.apply(() -> pid())).isNotEqualTo(first);
    }
  }

  @Test
  void recyclingCostsNoTaskTheBootOfAJvm() {
    try (Pool<Object, Object> pool = workers(1).maxTasksPerWorker(20).build()) {
      List<long[]> tasks =
          pool.with(o -> o.chunkSize(1))
              .map(
                  x -> {
                    Thread.sleep(50);
                    long booted =
                        ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
                    return new long[] {pid(), booted, System.currentTimeMillis()};
                  },
                  PoolUnderTest.range(60));
      Set<Long> pids = new LinkedHashSet<>();
      long lastEnd = Long.MAX_VALUE;
      for (long[] task : tasks) {
        if (pids.add(task[0])) {
          // Start times of processes have a precision of 10 ms.
          assertThat(task[1] - 10).as("boot of %s", task[0]).isLessThan(lastEnd);
        }
        lastEnd = task[2];
      }
      assertThat(pids).hasSize(3);
    }
  }

  @Test
  void aFailingSuccessorIsReportedAndNothingIsLost(@TempDir Path folder) {
    Journal journal = new Journal(folder.resolve("starts"));
    try (Pool<Object, Object> pool =
        workers(1)
            .maxTasksPerWorker(10)
            .initializer(
                info -> {
                  journal.add("start");
                  if (journal.lines().size() > 1) {
                    throw new IllegalStateException("only once");
                  }
                })
            .build()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool.with(o -> o.chunkSize(4)).mapOutcomes(x -> x, PoolUnderTest.range(10));
      assertThat(outcomes).allMatch(Outcome::isSuccess);
      assertThat(
              catchThrowableOfType(WorkerStartException.class, () -> pool.map(x -> x, List.of(1))))
          .hasMessageContaining("only once");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aWorkerThatTakesTooMuchMemoryIsReplaced() {
    long most = 250L << 20;
    try (Pool<Object, Object> pool =
        workers(2)
            .maxHeap(64L << 20)
            .maxWorkerMemory(most)
            .jvmArgs("-XX:MaxDirectMemorySize=2g")
            .build()) {
      List<Long> pids =
          pool.with(o -> o.chunkSize(10))
              .map(
                  x -> {
                    ByteBuffer leak = ByteBuffer.allocateDirect(20 << 20);
                    for (int i = 0; i < leak.capacity(); i += 4096) {
                      leak.put(i, (byte) 1);
                    }
                    LEAK.add(leak);
                    Thread.sleep(25);
                    return pid();
                  },
                  PoolUnderTest.range(60));
      Map<Long, Integer> counts = countByPid(pids);
      assertThat(counts).hasSizeGreaterThan(4);
      // 60 of them would be 1,200 MiB; with what the JVM itself takes, 250 are 7 to 12.
      assertThat(counts.values()).allMatch(n -> n <= 13);
    }
  }

  @Test
  void limitsAreChecked() {
    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> workers(1).maxTasksPerWorker(0)))
        .hasMessage("maxTasksPerWorker = 0 is out of range: allowed are 1 and more");
    assertThat(
            catchThrowableOfType(
                IllegalArgumentException.class, () -> workers(1).maxWorkerMemory(1)))
        .hasMessage("maxWorkerMemory = 1 is out of range: allowed are 67108864 and more");
  }
}
