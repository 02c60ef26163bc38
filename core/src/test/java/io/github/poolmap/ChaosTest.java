package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.WorkerCrashedException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Worker killed: results lost, delivered twice, or a hang. Here somebody kills a random worker that
 * is at work every 400 ms, 30 times, or 300 times with {@code -Dpoolmap.long=true}.
 *
 * <p>The calls go on until the killing is over, however fast the machine is. The one with retries
 * and the one without run beside each other, each on a pool of its own, to save time.
 */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
class ChaosTest {

  private static final int KILLS = Boolean.getBoolean("poolmap.long") ? 300 : 30;
  private static final int PAUSE_MILLIS = 400;

  /**
   * Each kill waits for workers that work, and on a machine with much to do a boot takes seconds.
   */
  private static final Duration PATIENCE = Duration.ofMillis(12L * PAUSE_MILLIS * KILLS);

  private static final int WORKERS = 4;

  /** More than are executed between two kills: a call may read its input as fast as it comes. */
  private static final int AHEAD = 1_000;

  /** So many of the last starts are of workers that are at work. */
  private static final int RECENT = 20;

  /** Kills workers, and is an input that ends when enough of them are dead. */
  private static final class Killer implements Iterable<Integer> {

    private final Journal started;
    private final Random random;
    private final Set<Long> killed = new HashSet<>();

    // Guarded by this.
    private int allowed = AHEAD;
    private boolean enough;

    Killer(Journal started, long seed) {
      this.started = started;
      this.random = new Random(seed);
    }

    Set<Long> killAll() throws InterruptedException {
      try {
        while (killed.size() < KILLS) {
          Thread.sleep(PAUSE_MILLIS);
          List<Long> atWork = atWork();
          if (!atWork.isEmpty()) {
            kill(atWork.get(random.nextInt(atWork.size())));
          }
        }
        return killed;
      } finally {
        allow(Integer.MAX_VALUE, true);
      }
    }

    private synchronized void allow(int items, boolean isAll) {
      allowed = items;
      enough = isAll;
      notifyAll();
    }

    /** Waits until the item may be handed out; false if it shall not be. */
    private synchronized boolean awaitTurn(int item) {
      while (item >= allowed) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return !enough;
    }

    private List<Long> atWork() {
      List<String> lines = started.lines();
      allow(lines.size() + AHEAD, false);
      return lines.subList(Math.max(0, lines.size() - RECENT), lines.size()).stream()
          .map(ChaosTest::pidIn)
          .distinct()
          .filter(pid -> !killed.contains(pid))
          .sorted()
          .toList();
    }

    private void kill(long pid) {
      if (ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false)) {
        killed.add(pid);
      }
    }

    @Override
    public Iterator<Integer> iterator() {
      return new Iterator<>() {
        private int next;

        @Override
        public boolean hasNext() {
          return awaitTurn(next);
        }

        @Override
        public Integer next() {
          return next++;
        }
      };
    }
  }

  private static int indexIn(String line) {
    return Integer.parseInt(line.substring(0, line.indexOf(' ')));
  }

  private static long pidIn(String line) {
    return Long.parseLong(line.substring(line.indexOf(' ') + 1));
  }

  private static Mapper<Integer, Integer> negate(Journal started) {
    return x -> {
      started.add(x + " " + ProcessHandle.current().pid());
      TimeLimitContract.spin(2);
      return -x;
    };
  }

  private static ProcessPool<Object, Object> open() {
    return ProcessPool.builder().workers(WORKERS).maxHeap(64L << 20).build();
  }

  @Test
  void workersKilledAtRandomCostNothingWithRetriesAndTheirItemsWithout(@TempDir Path folder)
      throws InterruptedException {
    try (Logs logs = new Logs()) {
      assertThat(logs).isNotNull();
      Caller<Void> retried = Caller.doing(() -> withRetries(folder));
      Caller<Void> blamed = Caller.doing(() -> withoutRetries(folder));
      retried.result(PATIENCE);
      blamed.result(PATIENCE);
    }
  }

  private static void withRetries(Path folder) {
    Journal started = new Journal(folder.resolve("retried"));
    Killer killer = new Killer(started, 1);
    try (ProcessPool<Object, Object> pool = open()) {
      Caller<Set<Long>> killing = Caller.of(killer::killAll);
      List<Integer> results = pool.with(o -> o.retries(5)).map(negate(started), killer);
      assertThat(result(killing)).hasSizeGreaterThanOrEqualTo(KILLS);
      assertThat(results).isEqualTo(range(results.size()).stream().map(x -> -x).toList());
      Set<Integer> everStarted = new HashSet<>();
      started.lines().forEach(line -> everStarted.add(indexIn(line)));
      assertThat(results).hasSize(everStarted.size());
    }
  }

  private static void withoutRetries(Path folder) {
    Journal started = new Journal(folder.resolve("blamed"));
    Killer killer = new Killer(started, 2);
    List<Outcome<Integer, Integer>> outcomes;
    Set<Long> killed;
    try (ProcessPool<Object, Object> pool = open()) {
      Caller<Set<Long>> killing = Caller.of(killer::killAll);
      outcomes = pool.mapOutcomes(negate(started), killer);
      killed = result(killing);
    }
    assertThat(killed).hasSizeGreaterThanOrEqualTo(KILLS);

    List<Integer> indices = new ArrayList<>();
    Map<Long, Integer> lastOf = new HashMap<>();
    for (String line : started.lines()) {
      indices.add(indexIn(line));
      lastOf.put(pidIn(line), indexIn(line));
    }
    assertThat(indices).as("started").doesNotHaveDuplicates();
    Set<Integer> atTheirFirstLine = new HashSet<>(indices);
    Set<Long> blamedOn = new HashSet<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome<Integer, Integer> outcome = outcomes.get(i);
      assertThat(outcome.index()).isEqualTo(i);
      assertThat(outcome.attempts()).isEqualTo(1);
      if (outcome.isSuccess()) {
        assertThat(outcome.value()).isEqualTo(-i);
        assertThat(atTheirFirstLine).contains(i);
        continue;
      }
      WorkerCrashedException crash = (WorkerCrashedException) outcome.failure();
      assertThat(crash.reason()).isEqualTo(Reason.SIGNAL);
      assertThat(crash.signal()).isEqualTo("SIGKILL");
      assertThat(crash.index()).isEqualTo(i);
      assertThat(killed).contains(crash.pid());
      assertThat(blamedOn.add(crash.pid())).as("one item for each death").isTrue();
      // A kill may come after the worker has taken the item and before its first line.
      if (atTheirFirstLine.contains(i)) {
        assertThat(lastOf).containsEntry(crash.pid(), i);
      }
    }
    // The other kills have hit between two items: with two cores few, with one that all share half.
    assertThat(blamedOn).hasSizeGreaterThan(KILLS / 6);
  }

  private static Set<Long> result(Caller<Set<Long>> killing) {
    try {
      return killing.result(PATIENCE);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
