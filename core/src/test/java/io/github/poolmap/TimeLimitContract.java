package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for time limits in every kind of pool. */
interface TimeLimitContract extends PoolUnderTest {

  /** A method whose name is to be found in the stack of a task that is stuck in it. */
  static int stuckHere(int x) throws InterruptedException {
    Thread.sleep(60_000);
    return x;
  }

  private Pool<Object, Object> limited(int millis) {
    return pool().with(o -> o.taskTimeout(Duration.ofMillis(millis)));
  }

  // ---- items

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 50})
  default void anItemOverItsLimitFailsAlone(int chunkSize) {
    Journal started = journal();
    List<Outcome<Integer, Integer>> outcomes =
        limited(200)
            .with(o -> o.chunkSize(chunkSize))
            .mapOutcomes(
                x -> {
                  started.add(x);
                  return x == 23 ? stuckHere(x) : x * 2;
                },
                range(50));
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(range(50));
    for (Outcome<Integer, Integer> outcome : outcomes) {
      if (outcome.index() != 23) {
        assertThat(outcome.value()).isEqualTo(2 * (int) outcome.index());
        continue;
      }
      TaskTimeoutException failure = (TaskTimeoutException) outcome.failure();
      assertThat(failure.limit()).isEqualTo(Duration.ofMillis(200));
      assertThat(failure.index()).isEqualTo(23);
      assertThat(failure.attempts()).isEqualTo(1);
      assertThat(failure.stack())
          .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("stuckHere"));
      assertThat(failure).hasMessageContainingAll("PT0.2S", "stuckHere", "item 23");
    }
  }

  @Test
  default void aFailFastCallThrowsTheTimeoutOfItsItem() {
    TaskTimeoutException failure =
        catchThrowableOfType(
            TaskTimeoutException.class,
            () -> limited(150).map(x -> x == 2 ? stuckHere(x) : x, range(5)));
    assertThat(failure.index()).isEqualTo(2);
    assertThat(
            catchThrowableOfType(
                TaskTimeoutException.class, () -> limited(150).apply(() -> stuckHere(1))))
        .isNotNull();
    assertThat(Thread.currentThread().isInterrupted()).as("the caller's own flag").isFalse();
  }

  @Test
  default void theClockStartsWithTheTask() {
    List<Integer> results =
        limited(600)
            .with(o -> o.chunkSize(20))
            .map(
                x -> {
                  Thread.sleep(60);
                  return x;
                },
                range(40));
    assertThat(results).isEqualTo(range(40));
  }

  @Test
  default void aResultInTimeIsKeptAndNobodyElseIsHarmedAtTheBoundary() {
    Journal started = journal();
    List<Outcome<Integer, Integer>> outcomes =
        limited(20)
            .with(o -> o.chunkSize(9))
            .mapOutcomes(
                x -> {
                  started.add(x);
                  if (x % 3 == 0) {
                    Thread.sleep(17 + x % 5);
                  }
                  return x;
                },
                range(240));
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(range(240));
    for (Outcome<Integer, Integer> outcome : outcomes) {
      if (outcome.isSuccess()) {
        assertThat(outcome.value()).isEqualTo((int) outcome.index());
      } else {
        assertThat(outcome.failure()).isInstanceOf(TaskTimeoutException.class);
        assertThat(outcome.duration()).isLessThan(SOON);
        // On a machine that is busy elsewhere a quick item may be held up, too; not often.
        assertThat(outcome.attempts()).isEqualTo(1);
      }
    }
    long quickOnesFailed =
        outcomes.stream().filter(o -> o.index() % 3 != 0 && !o.isSuccess()).count();
    assertThat(quickOnesFailed).isLessThan(8);
  }

  @Test
  default void theInterruptOfATimeoutDoesNotReachTheNextItem() {
    List<Outcome<Integer, Boolean>> outcomes =
        limited(60)
            .with(o -> o.chunkSize(5))
            .mapOutcomes(
                x -> {
                  boolean flag = Thread.currentThread().isInterrupted();
                  if (x % 5 == 1) {
                    while (!Thread.currentThread().isInterrupted()) {
                      Thread.onSpinWait();
                    }
                  }
                  return flag;
                },
                range(20));
    assertThat(Outcome.values(outcomes)).hasSizeBetween(10, 16).containsOnly(false);
  }

  @Test
  default void anItemThatFailsAfterItsTimeIsATimeout() {
    List<Outcome<Integer, Integer>> outcomes =
        limited(80)
            .mapOutcomes(
                x -> {
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException e) {
                    throw new IOException("interrupted");
                  }
                  return x;
                },
                range(2));
    assertThat(Outcome.failures(outcomes))
        .hasSize(2)
        .allSatisfy(failure -> assertThat(failure).isInstanceOf(TaskTimeoutException.class));
  }

  @Test
  default void aDeafTaskCostsNoWorker() {
    assumeTrue(runsAsync());
    Journal talk = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          limited(100)
              .with(o -> o.gracePeriod(Duration.ofMillis(100)).chunkSize(3))
              .mapOutcomes(
                  x -> {
                    talk.add(x);
                    while (x == 1 && !talk.contains("end")) {
                      Thread.onSpinWait();
                    }
                    return x;
                  },
                  range(9));
      assertThat(Outcome.values(outcomes)).containsExactly(0, 2, 3, 4, 5, 6, 7, 8);
      assertThat(outcomes.get(1).failure()).isInstanceOf(TaskTimeoutException.class);
      assertThat(logs.messages(Level.WARN))
          .filteredOn(message -> message.contains("ignores its interrupt"))
          .hasSize(1);
      // All workers are there: they can only do this together.
      int together = pool().workers();
      List<Integer> met =
          pool()
              .with(o -> o.chunkSize(1))
              .map(
                  x -> {
                    talk.add("met");
                    while (Collections.frequency(talk.lines(), "met") < together) {
                      Thread.onSpinWait();
                    }
                    return x;
                  },
                  range(together));
      assertThat(met).hasSize(together);
    }
    assertThat(talk.lines().stream().filter(line -> !line.equals("met")).toList())
        .containsExactlyInAnyOrderElementsOf(range(9).stream().map(String::valueOf).toList());
    talk.add("end");
  }

  @Test
  default void aKilledWorkerTakesTheProcessesOfItsTaskWithIt() {
    assumeTrue(survivesCrash());
    Journal talk = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          limited(500)
              .with(o -> o.gracePeriod(Duration.ofMillis(50)))
              .mapOutcomes(
                  x -> {
                    talk.add(new ProcessBuilder("sleep", "300").start().pid());
                    while (true) {
                      Thread.onSpinWait();
                    }
                  },
                  range(1));
      assertThat(logs).isNotNull();
      assertThat(outcomes.get(0).failure()).isInstanceOf(TaskTimeoutException.class);
    }
    long child = Long.parseLong(talk.lines().get(0));
    await()
        .atMost(SOON)
        .until(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
  }

  // ---- calls

  @Test
  default void aCallOverItsLimitIsStopped() {
    Journal talk = journal();
    CallTimeoutException failure =
        catchThrowableOfType(
            CallTimeoutException.class,
            () ->
                pool()
                    .with(o -> o.callTimeout(Duration.ofMillis(300)).chunkSize(1))
                    .map(
                        x -> {
                          talk.add("begun");
                          try {
                            Thread.sleep(60_000);
                          } finally {
                            talk.add("ended");
                          }
                          return x;
                        },
                        range(100)));
    assertThat(failure.limit()).isEqualTo(Duration.ofMillis(300));
    assertThat(failure).hasMessageContaining("PT0.3S");
    assertThat(talk.lines()).hasSize(2 * pool().workers());
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  default void aCallWithinItsLimitIsNotDisturbed() {
    Pool<Object, Object> limited = pool().with(o -> o.callTimeout(PATIENCE));
    assertThat(limited.map(x -> x, range(100))).isEqualTo(range(100));
    assertThat(limited.imap(x -> x, range(100)).toList()).isEqualTo(range(100));
  }

  @Test
  default void theLimitOfACallReachesAnInputThatBlocks() throws InterruptedException {
    BlockingQueue<Integer> source = new LinkedBlockingQueue<>(range(3));
    Iterable<Integer> blocking =
        () ->
            Stream.generate(
                    () -> {
                      try {
                        return source.take();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException("interrupted", e);
                      }
                    })
                .iterator();
    Pool<Object, Object> limited = pool().with(o -> o.callTimeout(Duration.ofMillis(300)));
    Caller<List<Integer>> caller = Caller.of(() -> limited.map(x -> x, blocking));
    assertThat(caller.failure(SOON)).isInstanceOf(CallTimeoutException.class);
    assertThat(caller.hadFlag()).isFalse();
    source.addAll(range(3));
    Caller<List<Outcome<Integer, Integer>>> outcomes =
        Caller.of(() -> limited.mapOutcomes(x -> x, blocking));
    assertThat(Outcome.values(outcomes.result(SOON))).isEqualTo(range(3));
  }

  @Test
  default void aFailureReachesAnInputThatBlocks() throws InterruptedException {
    BlockingQueue<Integer> source = new LinkedBlockingQueue<>(range(3));
    Iterable<Integer> blocking =
        () ->
            Stream.generate(
                    () -> {
                      try {
                        return source.take();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException("interrupted", e);
                      }
                    })
                .iterator();
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                pool()
                    .map(
                        x -> {
                          if (x == 2) {
                            throw new IOException("the bug");
                          }
                          return x;
                        },
                        blocking));
    assertThat(caller.failure(SOON))
        .isInstanceOf(TaskException.class)
        .hasRootCauseMessage("the bug");
  }

  @Test
  default void limitsInsideTasksWorkToo() {
    assumeTrue(tasksShareThisJvm());
    List<Outcome<Integer, Integer>> outcomes =
        pool().mapOutcomes(x -> limited(100).apply(() -> x == 1 ? stuckHere(x) : x), range(4));
    assertThat(Outcome.values(outcomes)).containsExactly(0, 2, 3);
    assertThat(outcomes.get(1).failure()).hasCauseInstanceOf(TaskTimeoutException.class);
  }
}
