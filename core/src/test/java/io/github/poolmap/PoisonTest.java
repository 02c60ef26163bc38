package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.WorkerCrashedException.Reason;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One bad item discards the other results: of five kinds of poison each costs itself alone. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class PoisonTest {

  private static final int ITEMS = 10_000;

  // Two of them are neighbours in one chunk, one is the first and one the last of its chunk.
  private static final int CRASHES = 1_500;
  private static final int HOARDS = 3_333;
  private static final int EXITS = 3_334;
  private static final int HALTS = 7_099;
  private static final int SPINS = 9_050;

  private static int take(int x) throws ReflectiveOperationException {
    switch (x) {
      case CRASHES -> writeToAddressZero();
      case HOARDS -> hoard();
      case EXITS -> System.exit(137);
      case HALTS -> Runtime.getRuntime().halt(3);
      case SPINS -> spin();
      default -> {
        // Harmless.
      }
    }
    return 3 * x;
  }

  /** By reflection: the class goes with one of the next JDKs. */
  private static void writeToAddressZero() throws ReflectiveOperationException {
    Class<?> unsafe = Class.forName("sun.misc.Unsafe");
    Field instance = unsafe.getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    unsafe.getMethod("putAddress", long.class, long.class).invoke(instance.get(null), 0L, 0L);
  }

  private static void hoard() {
    List<byte[]> hoard = new ArrayList<>();
    while (hoard.size() < 1_000) {
      hoard.add(new byte[1 << 20]);
    }
  }

  private static void spin() {
    while (!Thread.currentThread().getName().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void ofTenThousandItemsExactlyTheFivePoisonedOnesFailEachForItsOwnReason(@TempDir Path folder) {
    Journal started = new Journal(folder.resolve("started"));
    List<Outcome<Integer, Integer>> outcomes;
    try (Logs logs = new Logs();
        ProcessPool<Object, Object> pool =
            ProcessPool.builder()
                .workers(2)
                .maxHeap(64L << 20)
                .options(
                    o ->
                        o.chunkSize(100)
                            .taskTimeout(Duration.ofSeconds(2))
                            .gracePeriod(Duration.ofMillis(300)))
                .build()) {
      assertThat(logs).isNotNull();
      outcomes =
          pool.mapOutcomes(
              x -> {
                started.add(x);
                return take(x);
              },
              range(ITEMS));
    }
    Map<Integer, Reason> reasons =
        Map.of(
            CRASHES, Reason.NATIVE_CRASH,
            HOARDS, Reason.OUT_OF_MEMORY,
            EXITS, Reason.EXIT,
            HALTS, Reason.EXIT);
    assertThat(outcomes).hasSize(ITEMS);
    for (int i = 0; i < ITEMS; i++) {
      Outcome<Integer, Integer> outcome = outcomes.get(i);
      assertThat(outcome.index()).isEqualTo(i);
      assertThat(outcome.attempts()).isEqualTo(1);
      if (i == SPINS) {
        assertThat(outcome.failure()).isInstanceOf(TaskTimeoutException.class);
      } else if (reasons.containsKey(i)) {
        assertThat(outcome.failure())
            .isInstanceOfSatisfying(
                WorkerCrashedException.class,
                crash -> {
                  assertThat(crash.reason()).isEqualTo(reasons.get((int) crash.index()));
                  assertThat(crash.signal()).as("of %s", crash.index()).isNotEqualTo("SIGKILL");
                });
      } else {
        assertThat(outcome.value()).isEqualTo(3 * i);
      }
    }
    WorkerCrashedException crash = (WorkerCrashedException) outcomes.get(CRASHES).failure();
    assertThat(crash.crashReport()).contains("SIGSEGV");
    WorkerCrashedException exit = (WorkerCrashedException) outcomes.get(EXITS).failure();
    assertThat(exit.exitStatus()).isEqualTo(137);
    assertThat(exit.getCause().getStackTrace())
        .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("take"));
    WorkerCrashedException halt = (WorkerCrashedException) outcomes.get(HALTS).failure();
    assertThat(halt.exitStatus()).isEqualTo(3);
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(range(ITEMS));
  }
}
