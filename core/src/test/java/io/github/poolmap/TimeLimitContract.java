package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  /** The same for a task that is deaf to its interrupt. */
  static int deafHere(Journal until) {
    while (!until.contains("end")) {
      Thread.onSpinWait();
    }
    return -1;
  }

  private static void untilInterrupted() {
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }

  /** Is deaf for so long. */
  static void spin(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
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
  default void everyKindOfCallMeetsTheLimitOfItsItems() {
    Pool<Object, Object> limited = limited(150).with(o -> o.chunkSize(1));
    Mapper<Integer, Integer> stuckAt2 = x -> x == 2 ? stuckHere(x) : x;
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> limited.forEach(x -> stuckHere(x), List.of(0)),
            () -> limited.starmap((x, y) -> stuckHere(x + y), List.of(Map.entry(0, 1))),
            () -> limited.imapUnordered(x -> stuckHere(x), List.of(0)).toList())) {
      TaskTimeoutException failure = catchThrowableOfType(TaskTimeoutException.class, call);
      assertThat(failure.index()).isZero();
      assertThat(failure).hasMessageContainingAll("PT0.15S", "stuckHere");
    }
    List<Integer> before = new ArrayList<>();
    try (Stream<Integer> results = limited.imap(stuckAt2, range(5))) {
      TaskTimeoutException failure =
          catchThrowableOfType(TaskTimeoutException.class, () -> results.forEach(before::add));
      assertThat(failure.index()).isEqualTo(2);
    }
    assertThat(before).containsExactly(0, 1);
    assertThat(
            catchThrowableOfType(
                CompletionException.class, () -> limited.mapAsync(stuckAt2, range(5)).join()))
        .cause()
        .isInstanceOf(TaskTimeoutException.class);
    assertThat(Thread.currentThread().isInterrupted()).as("the caller's own flag").isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 350})
  default void quickItemsMeetNoLimitHoweverManyOfThemStandInLine(int chunkSize) {
    Journal started = journal();
    List<Integer> results =
        limited(1000)
            .with(o -> o.chunkSize(chunkSize))
            .map(
                x -> {
                  started.add(x);
                  Thread.sleep(4);
                  return x;
                },
                range(700));
    assertThat(results).isEqualTo(range(700));
    assertThat(started.numbers()).containsExactlyInAnyOrderElementsOf(range(700));
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
  default void ofManyItemsAtTheBoundaryEachIsStartedOnceAndKeepsWhatItHasInTime() {
    Journal started = journal();
    int limit = 8;
    List<Outcome<Integer, Integer>> outcomes =
        limited(limit)
            .with(o -> o.chunkSize(20))
            .mapOutcomes(
                x -> {
                  started.add(x);
                  long begin = System.nanoTime();
                  try {
                    Thread.sleep(limit - 3 + x % 5);
                  } catch (InterruptedException e) {
                    started.add(-1 - x);
                    throw e;
                  }
                  long took = System.nanoTime() - begin;
                  return took < TimeUnit.MILLISECONDS.toNanos(limit) ? x : x + 1_000_000;
                },
                range(300));
    List<Integer> lines = started.numbers();
    assertThat(lines.stream().filter(line -> line >= 0).toList())
        .containsExactlyInAnyOrderElementsOf(range(300));
    assertThat(outcomes).hasSize(300);
    int inTime = 0;
    for (Outcome<Integer, Integer> outcome : outcomes) {
      int x = outcome.input();
      assertThat(outcome.index()).isEqualTo(x);
      assertThat(outcome.attempts()).isEqualTo(1);
      if (outcome.isSuccess()) {
        inTime++;
        assertThat(outcome.value() % 1_000_000).isEqualTo(x);
      } else {
        assertThat(outcome.failure()).isInstanceOf(TaskTimeoutException.class);
      }
    }
    // Who was interrupted has failed: an interrupt hits the item that it is meant for.
    for (int line : lines) {
      if (line < 0) {
        assertThat(outcomes.get(-1 - line).isSuccess()).as("success of %s", -1 - line).isFalse();
      }
    }
    assertThat(inTime).isBetween(1, 299);
    assertThat(Thread.currentThread().isInterrupted()).as("the caller's own flag").isFalse();
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
  default void aResultThatComesAfterItsTimeIsATimeout() {
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Boolean>> outcomes =
          limited(100)
              .with(o -> o.gracePeriod(PATIENCE).chunkSize(6))
              .mapOutcomes(
                  x -> {
                    boolean flag = Thread.currentThread().isInterrupted();
                    if (x % 3 == 1) {
                      untilInterrupted();
                      spin(50);
                    }
                    return flag;
                  },
                  range(6));
      for (Outcome<Integer, Boolean> outcome : outcomes) {
        if (outcome.index() % 3 == 1) {
          TaskTimeoutException failure = (TaskTimeoutException) outcome.failure();
          assertThat(failure.stack())
              .anyMatch(frame -> frame.getMethodName().equals("untilInterrupted"));
        } else {
          assertThat(outcome.value()).as("the flag that item %s found", outcome.index()).isFalse();
        }
      }
      // It came back within the grace period, so its worker is as good as any.
      assertThat(logs.messages(Level.WARN)).isEmpty();
    }
    assertThat(Thread.currentThread().isInterrupted()).as("the caller's own flag").isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 50})
  default void aDeafItemCostsItsSiblingsInTheChunkNothing(int chunkSize) {
    assumeTrue(runsAsync());
    Journal talk = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          limited(300)
              // On a busy machine a fresh JVM may need some time to tell where the item is.
              .with(o -> o.gracePeriod(GRACE.multipliedBy(3)).chunkSize(chunkSize))
              .mapOutcomes(
                  x -> {
                    talk.add(x);
                    return x == 23 ? deafHere(talk) : x * 2;
                  },
                  range(50));
      assertThat(logs.messages(Level.WARN)).hasSize(1);
      assertThat(talk.numbers()).containsExactlyInAnyOrderElementsOf(range(50));
      talk.add("end");
      for (Outcome<Integer, Integer> outcome : outcomes) {
        assertThat(outcome.attempts()).isEqualTo(1);
        if (outcome.index() != 23) {
          assertThat(outcome.value()).isEqualTo(2 * (int) outcome.index());
          continue;
        }
        TaskTimeoutException failure = (TaskTimeoutException) outcome.failure();
        assertThat(failure.index()).isEqualTo(23);
        assertThat(failure.stack())
            .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("deafHere"));
      }
    }
  }

  @Test
  default void theThreadOfADeafTaskEndsWithIt() {
    assumeTrue(runsAsync() && tasksShareThisJvm());
    Journal talk = journal();
    AtomicReference<Thread> left = new AtomicReference<>();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          limited(50)
              .with(o -> o.gracePeriod(Duration.ofMillis(50)))
              .mapOutcomes(
                  x -> {
                    left.set(Thread.currentThread());
                    return deafHere(talk);
                  },
                  range(1));
      assertThat(outcomes.get(0).failure()).isInstanceOf(TaskTimeoutException.class);
      assertThat(logs.messages(Level.WARN)).hasSize(1);
    }
    assertThat(left.get().isAlive()).isTrue();
    talk.add("end");
    await().atMost(SOON).until(() -> !left.get().isAlive());
  }

  @Test
  default void aDeafTaskIsEndedWithItsProcess() {
    assumeTrue(stopsDeafTasks());
    Journal talk = journal();
    try (Logs logs = new Logs()) {
      List<Outcome<Integer, Integer>> outcomes =
          limited(200)
              .with(o -> o.gracePeriod(Duration.ofMillis(50)))
              .mapOutcomes(
                  x -> {
                    talk.add(ProcessHandle.current().pid());
                    return deafHere(talk);
                  },
                  range(1));
      assertThat(outcomes.get(0).failure()).isInstanceOf(TaskTimeoutException.class);
      assertThat(logs.messages(Level.WARN)).isNotEmpty();
    }
    long worker = Long.parseLong(talk.lines().get(0));
    assertThat(ProcessHandle.of(worker).filter(ProcessHandle::isAlive)).isEmpty();
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
    int before = allWorkersCome(talk);
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
    assertThat(talk.lines()).hasSize(before + 2 * pool().workers());
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  default void aCallOverItsLimitIsStoppedHoweverItsInputComes() {
    Pool<Object, Object> limited = pool().with(o -> o.callTimeout(Duration.ofMillis(300)));
    Iterable<Integer> iterable = range(100)::iterator;
    Iterable<Integer> endless = () -> Stream.iterate(0, x -> x + 1).iterator();
    for (Iterable<Integer> inputs : List.of(range(100), iterable, endless)) {
      CallTimeoutException failure =
          catchThrowableOfType(
              CallTimeoutException.class, () -> limited.map(x -> stuckHere(x), inputs));
      assertThat(failure.limit()).isEqualTo(Duration.ofMillis(300));
      assertThat(Thread.currentThread().isInterrupted()).as("the caller's own flag").isFalse();
    }
    assertThat(
            catchThrowableOfType(
                CallTimeoutException.class, () -> limited.apply(() -> stuckHere(1))))
        .isNotNull();
    assertThat(
            catchThrowableOfType(
                CallTimeoutException.class, () -> limited.forEach(x -> stuckHere(x), range(3))))
        .isNotNull();
  }

  @Test
  default void aCallThatOnlyReadsIsStoppedByItsLimitToo() {
    Iterable<Integer> slow =
        () ->
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Integer next() {
                spin(5);
                return 0;
              }
            };
    assertThat(
            catchThrowableOfType(
                CallTimeoutException.class,
                () -> pool().with(o -> o.callTimeout(Duration.ofMillis(200))).map(x -> x, slow)))
        .isNotNull();
    assertThat(Thread.currentThread().isInterrupted()).as("the caller's own flag").isFalse();
  }

  @Test
  default void whicheverLimitIsOverFirstIsTheOneThatIsTold() {
    Pool<Object, Object> callFirst =
        pool().with(o -> o.callTimeout(Duration.ofMillis(200)).taskTimeout(PATIENCE));
    Pool<Object, Object> taskFirst =
        pool().with(o -> o.callTimeout(PATIENCE).taskTimeout(Duration.ofMillis(200)));
    assertThat(Outcome.failures(callFirst.mapOutcomes(x -> stuckHere(x), range(3))))
        .hasSize(3)
        .hasOnlyElementsOfType(CallTimeoutException.class);
    assertThat(Outcome.failures(taskFirst.mapOutcomes(x -> stuckHere(x), range(3))))
        .hasSize(3)
        .hasOnlyElementsOfType(TaskTimeoutException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  default void aDeafTaskDoesNotHoldACallBeyondItsLimit(boolean outcomes)
      throws InterruptedException {
    assumeTrue(runsAsync());
    Journal talk = journal();
    int before = allWorkersCome(talk);
    Mapper<Integer, Integer> deafAt1 =
        x -> {
          talk.add(x);
          return x == 1 ? deafHere(talk) : x;
        };
    try (Logs logs = new Logs()) {
      Pool<Object, Object> limited =
          pool()
              .with(
                  o ->
                      o.callTimeout(Duration.ofMillis(300))
                          .gracePeriod(Duration.ofMillis(100))
                          .chunkSize(3));
      if (outcomes) {
        List<Outcome<Integer, Integer>> told =
            Caller.of(() -> limited.mapOutcomes(deafAt1, range(3))).result(SOON);
        assertThat(told.get(0).value()).isZero();
        assertThat(told.get(1).failure()).isInstanceOf(CallTimeoutException.class);
        assertThat(told.get(1).attempts()).isEqualTo(1);
        assertThat(told.get(2).failure()).isInstanceOf(CallTimeoutException.class);
        assertThat(told.get(2).attempts()).isZero();
      } else {
        assertThat(Caller.of(() -> limited.map(deafAt1, range(3))).failure(SOON))
            .isInstanceOf(CallTimeoutException.class);
      }
      assertThat(logs.messages(Level.WARN))
          .filteredOn(message -> message.contains("ignores its interrupt"))
          .hasSize(1);
    }
    assertThat(talk.numbers().subList(before, talk.lines().size())).containsExactly(0, 1);
    talk.add("end");
  }

  @Test
  default void theTimeOfACallGoesOnWhileItWaitsForItsTurn() throws InterruptedException {
    assumeTrue(runsAsync());
    Journal talk = journal();
    int together = pool().workers();
    Caller<List<Integer>> first =
        Caller.of(
            () ->
                pool()
                    .with(o -> o.chunkSize(1))
                    .map(
                        x -> {
                          talk.add(x);
                          talk.hold("end");
                          return x;
                        },
                        range(together)));
    talk.awaitSize(together);
    List<Outcome<Integer, Integer>> outcomes =
        pool()
            .with(o -> o.callTimeout(Duration.ofMillis(200)))
            .mapOutcomes(
                x -> {
                  talk.add("started");
                  return x;
                },
                range(5));
    assertThat(outcomes).hasSize(5);
    for (Outcome<Integer, Integer> outcome : outcomes) {
      assertThat(outcome.failure()).isInstanceOf(CallTimeoutException.class);
      assertThat(outcome.attempts()).isZero();
      assertThat(outcome.worker()).isEmpty();
    }
    talk.add("end");
    assertThat(first.result(SOON)).isEqualTo(range(together));
    assertThat(talk.contains("started")).isFalse();
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
