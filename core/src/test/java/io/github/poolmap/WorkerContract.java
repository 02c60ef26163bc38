package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a worker is to its tasks: its initializer, {@link WorkerInfo}, {@link WorkerLocal}. */
interface WorkerContract extends PoolUnderTest {

  /** Starts of workers that fail in a row before the pool does, at most, whatever the kind. */
  int MOST_STARTS = 6;

  /** Names the worker that the calling task runs on, over all processes. */
  static String me() {
    Thread thread = Thread.currentThread();
    return ProcessHandle.current().pid() + "/" + thread.getName() + "/" + thread.getId();
  }

  private Pool<Object, Object> oneByOne(Effect<WorkerInfo> initializer) {
    return build(
        builder ->
            builder.initializer(initializer).options(o -> o.chunkSize(1).gracePeriod(GRACE)));
  }

  // ---- the initializer

  @Test
  default void theInitializerRunsOnceInEachWorkerBeforeItsFirstTask() {
    Journal talk = journal();
    try (Pool<Object, Object> own = oneByOne(worker -> talk.add("init " + me()))) {
      for (int call = 0; call < 3; call++) {
        own.forEach(
            x -> {
              talk.add("task " + me());
              Thread.sleep(2);
            },
            range(20));
      }
    }
    Set<String> ready = new HashSet<>();
    for (String line : talk.lines()) {
      String worker = line.substring(5);
      if (line.startsWith("init ")) {
        assertThat(ready.add(worker)).as("%s is initialized once", worker).isTrue();
      } else {
        assertThat(ready).contains(worker);
      }
    }
    assertThat(ready).isNotEmpty().hasSizeLessThanOrEqualTo(pool().workers());
  }

  @Test
  default void eachThreadThatCallsASerialPoolIsAWorkerWithAnInitializerOfItsOwn()
      throws InterruptedException {
    assumeTrue(!runsAsync());
    Journal talk = journal();
    try (Pool<Object, Object> own = oneByOne(worker -> talk.add(me()))) {
      own.apply(() -> 1);
      own.map(x -> x, range(3));
      Caller.of(() -> own.map(x -> x, range(3))).result(SOON);
    }
    assertThat(talk.lines()).hasSize(2).doesNotHaveDuplicates().contains(me());
  }

  @Test
  default void theInitializerIsToldWhichWorkerItPrepares() {
    Journal talk = journal();
    try (Pool<Object, Object> own =
        oneByOne(
            worker -> {
              boolean same = worker.equals(WorkerInfo.current());
              talk.add(worker.kind() + " " + worker.index() + " " + same);
            })) {
      own.apply(() -> 1);
      assertThat(talk.lines()).containsExactly(own.stats().kind() + " 0 true");
    }
  }

  /** The ways to make a call that differ in how it fails. */
  enum Door {
    MAP,
    FUTURE,
    STREAM,
    OUTCOMES,
    STREAM_OF_OUTCOMES;

    List<Throwable> failures(Pool<Object, Object> pool) {
      Mapper<Integer, Integer> same = x -> x;
      return switch (this) {
        case MAP -> List.of(catchThrowable(() -> pool.map(same, range(4))));
        case FUTURE ->
            List.of(
                catchThrowableOfType(
                        CompletionException.class, () -> pool.mapAsync(same, range(4)).join())
                    .getCause());
        case STREAM -> List.of(catchThrowable(() -> pool.imap(same, range(4)).toList()));
        case OUTCOMES -> failures(pool.mapOutcomes(same, range(4)).stream());
        case STREAM_OF_OUTCOMES -> failures(pool.imapOutcomes(same, range(4)));
      };
    }

    private static List<Throwable> failures(Stream<Outcome<Integer, Integer>> outcomes) {
      List<Throwable> failures = new ArrayList<>();
      outcomes.forEach(outcome -> failures.add(outcome.failure()));
      assertThat(failures).hasSize(4);
      return failures;
    }
  }

  @ParameterizedTest
  @EnumSource
  default void anInitializerThatThrowsFailsThePoolAfterABoundedNumberOfTries(Door door) {
    assumeTrue(door == Door.MAP || runsWholeTables());
    Journal talk = journal();
    try (Logs logs = new Logs();
        Pool<Object, Object> own =
            oneByOne(
                worker -> {
                  talk.add("try");
                  throw new IOException("no licence");
                })) {
      assertThat(door.failures(own)).allSatisfy(WorkerContract::assertIsOfTheInitializer);
      int tries = talk.lines().size();
      assertThat(tries).isBetween(1, MOST_STARTS);
      assertThat(door.failures(own)).allSatisfy(WorkerContract::assertIsOfTheInitializer);
      assertThat(talk.lines()).hasSizeLessThanOrEqualTo(2 * tries);
      assertThat(logs.messages(Level.ERROR)).isEmpty();
    }
  }

  private static void assertIsOfTheInitializer(Throwable failure) {
    assertThat(failure)
        .isInstanceOf(WorkerStartException.class)
        .hasMessageContainingAll("initializer", "no licence")
        .hasCauseExactlyInstanceOf(IOException.class)
        .cause()
        .hasMessage("no licence");
  }

  private Pool<Object, Object> stuckInTheInitializer() {
    Journal talk = journal();
    return oneByOne(
        worker -> {
          talk.add("initializing");
          new CountDownLatch(1).await();
        });
  }

  @Test
  default void anInterruptOfTheCallerEndsTheWaitForAnInitializerAndThenThePoolCloses()
      throws InterruptedException {
    Pool<Object, Object> own = stuckInTheInitializer();
    Caller<List<Integer>> caller = Caller.of(() -> own.map(x -> x, range(4)));
    journal().awaitEntry("initializing");
    caller.interrupt();
    assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
    assertThat(caller.hadFlag()).isTrue();
    Caller.doing(own::close).result(SOON);
  }

  @Test
  default void terminateEndsAnInitializerThatBlocksForEver() throws InterruptedException {
    Pool<Object, Object> own = stuckInTheInitializer();
    Caller<List<Integer>> caller = Caller.of(() -> own.map(x -> x, range(4)));
    journal().awaitEntry("initializing");
    Caller.doing(own::terminate).result(SOON);
    assertThat(caller.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  @Test
  default void aCallTimeoutEndsTheWaitForAnInitializer() throws InterruptedException {
    Pool<Object, Object> own = stuckInTheInitializer();
    Caller<List<Integer>> caller =
        Caller.of(() -> own.with(o -> o.callTimeout(GRACE)).map(x -> x, range(4)));
    assertThat(caller.failure(SOON)).isInstanceOf(CallTimeoutException.class);
    Caller.doing(own::close).result(SOON);
  }

  @Test
  default void anInitializerThatCannotBeSentIsRefusedAtOnce() {
    assumeTrue(survivesCrash());
    Object lock = new Object();
    assertThatThrownBy(() -> oneByOne(worker -> lock.notifyAll()))
        .isInstanceOf(NotSerializableTaskException.class)
        .hasMessageContainingAll("initializer", "java.lang.Object");
  }

  // ---- WorkerInfo

  /** What a task saw of its worker. */
  record Seen(PoolKind kind, int index, long pid, boolean sameThread, String worker)
      implements Serializable {

    static Seen now() {
      WorkerInfo info = WorkerInfo.current();
      return new Seen(
          info.kind(), info.index(), info.pid(), info.thread() == Thread.currentThread(), me());
    }
  }

  @Test
  default void aTaskKnowsItsWorker() {
    List<Seen> seen =
        pool()
            .with(o -> o.chunkSize(1))
            .map(
                x -> {
                  Thread.sleep(2);
                  return WorkerInfo.inWorker() ? Seen.now() : null;
                },
                range(20));
    long here = ProcessHandle.current().pid();
    Map<Integer, String> workers = new HashMap<>();
    assertThat(seen)
        .allSatisfy(
            each -> {
              assertThat(each.kind()).isEqualTo(pool().stats().kind());
              assertThat(each.index()).isBetween(0, pool().workers() - 1);
              assertThat(each.worker()).startsWith(each.pid() + "/");
              assertThat(each.pid() == here).isEqualTo(tasksShareThisJvm());
              assertThat(each.sameThread()).isTrue();
              String known = workers.putIfAbsent(each.index(), each.worker());
              assertThat(each.worker()).isEqualTo(known == null ? each.worker() : known);
            });
  }

  @Test
  default void outsideOfTasksThereIsNoWorker() {
    pool().apply(() -> 1);
    assertThat(WorkerInfo.inWorker()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(WorkerInfo::current)
        .withMessageContainingAll("WorkerInfo.current()", Thread.currentThread().getName());
  }

  @Test
  default void aThreadThatATaskStartsIsNoWorker() {
    String said =
        pool()
            .apply(
                () -> {
                  List<String> heard = new ArrayList<>();
                  Thread started =
                      new Thread(
                          () -> {
                            heard.add("in worker: " + WorkerInfo.inWorker());
                            try {
                              WorkerInfo.current();
                            } catch (IllegalStateException e) {
                              heard.add(e.getMessage());
                            }
                          },
                          "started-by-a-task");
                  started.start();
                  started.join();
                  return heard + " " + WorkerInfo.inWorker();
                });
    assertThat(said).contains("in worker: false", "thread started-by-a-task").endsWith(" true");
  }

  @Test
  default void aCallInsideATaskHasAWorkerOfItsOwnAndThenTheOuterOneIsBack() {
    String said =
        pool()
            .apply(
                () -> {
                  WorkerInfo outer = WorkerInfo.current();
                  String value = NAME.get();
                  try (Pool<Object, Object> nested = SerialPool.builder().build()) {
                    boolean another = nested.apply(() -> !NAME.get().equals(value));
                    PoolKind kind = nested.apply(() -> WorkerInfo.current().kind());
                    boolean failed =
                        nested
                                .mapOutcomes(x -> Integer.parseInt("none"), List.of(1))
                                .get(0)
                                .failure()
                            != null;
                    boolean back =
                        WorkerInfo.current().equals(outer) && NAME.get().equals(value) && failed;
                    return kind + " " + another + " " + back;
                  }
                });
    assertThat(said).isEqualTo("SERIAL true true");
  }

  // ---- WorkerLocal

  WorkerLocal<String> NAME = WorkerLocal.withInitial(() -> UUID.randomUUID().toString());

  @Test
  default void eachWorkerHasOneValueForAllItsItems() {
    WorkerLocal<String> captured = WorkerLocal.withInitial(() -> UUID.randomUUID().toString());
    Map<String, Set<String>> valuesOf = new HashMap<>();
    for (int call = 0; call < 3; call++) {
      List<List<String>> seen =
          pool()
              .with(o -> o.chunkSize(1))
              .map(
                  x -> {
                    Thread.sleep(2);
                    return List.of(me(), NAME.get() + captured.get());
                  },
                  range(20));
      seen.forEach(
          each -> valuesOf.computeIfAbsent(each.get(0), w -> new HashSet<>()).add(each.get(1)));
    }
    assertThat(valuesOf).hasSizeLessThanOrEqualTo(pool().workers());
    assertThat(valuesOf.values()).allSatisfy(values -> assertThat(values).hasSize(1));
    assertThat(new HashSet<>(valuesOf.values())).hasSameSizeAs(valuesOf.values());
  }

  @Test
  default void aValueIsMadeAtItsFirstUse() {
    Journal talk = journal();
    WorkerLocal<String> lazy =
        WorkerLocal.withInitial(
            () -> {
              talk.add("made " + me());
              return null;
            });
    pool().map(x -> lazy == null, range(4));
    assertThat(talk.lines()).isEmpty();
    List<Boolean> nulls =
        pool()
            .with(o -> o.chunkSize(1))
            .map(
                x -> Arrays.asList(lazy.get(), lazy.get()).equals(Arrays.asList(null, null)),
                range(9));
    assertThat(nulls).containsOnly(true);
    assertThat(talk.lines()).isNotEmpty().doesNotHaveDuplicates();
  }

  @Test
  default void aMakerThatThrowsIsTriedAgainAtTheNextUse() {
    Journal talk = journal();
    WorkerLocal<String> checked =
        WorkerLocal.withInitial(
            () -> {
              if (talk.contains("tried")) {
                return "made";
              }
              talk.add("tried");
              throw new IOException("not yet");
            });
    String said =
        pool()
            .apply(
                () -> {
                  try {
                    return checked.get();
                  } catch (PoolException e) {
                    return e.getCause() + ", then " + checked.get();
                  }
                });
    assertThat(said).isEqualTo("java.io.IOException: not yet, then made");
    WorkerLocal<String> unchecked =
        WorkerLocal.withInitial(
            () -> {
              throw new IllegalArgumentException("as it is");
            });
    assertThatThrownBy(() -> pool().apply(unchecked::get))
        .isInstanceOf(TaskException.class)
        .hasCauseExactlyInstanceOf(IllegalArgumentException.class);
  }

  /** A value that says when it is closed. */
  record Resource(Journal talk, String name) implements AutoCloseable {
    @Override
    public void close() {
      talk.add("closed " + name + " " + WorkerInfo.inWorker());
      if (name.equals("broken")) {
        throw new IllegalStateException("cannot be closed");
      }
    }
  }

  @Test
  default void valuesAreClosedWithThePoolTheLatestFirstWhateverTheOthersThrow() {
    Journal talk = journal();
    WorkerLocal<Resource> first = WorkerLocal.withInitial(() -> new Resource(talk, "first"));
    WorkerLocal<Resource> broken = WorkerLocal.withInitial(() -> new Resource(talk, "broken"));
    WorkerLocal<Resource> last = WorkerLocal.withInitial(() -> new Resource(talk, "last"));
    try (Logs logs = new Logs()) {
      Pool<Object, Object> own = newPool(options -> options);
      own.apply(() -> first.get().name() + broken.get().name() + last.get().name());
      assertThat(talk.lines()).isEmpty();
      own.close();
      assertThat(talk.lines())
          .containsExactly("closed last true", "closed broken true", "closed first true");
      if (tasksShareThisJvm()) {
        assertThat(logs.messages(Level.WARN))
            .singleElement()
            .asString()
            .contains("WorkerLocal", "cannot be closed");
      }
    }
  }

  @Test
  default void theValuesOfAllWorkersAreClosed() {
    Journal talk = journal();
    WorkerLocal<Resource> resource =
        WorkerLocal.withInitial(
            () -> {
              Resource made = new Resource(talk, me());
              talk.add("made " + me());
              return made;
            });
    try (Pool<Object, Object> own = newPool(o -> o.chunkSize(1))) {
      int together = own.workers();
      own.map(
          x -> {
            resource.get();
            while (talk.lines().size() < together) {
              Thread.sleep(2);
            }
            return x;
          },
          range(together));
    }
    List<String> made =
        talk.lines().stream().filter(line -> line.startsWith("made ")).sorted().toList();
    List<String> closed =
        talk.lines().stream().filter(line -> line.startsWith("closed ")).sorted().toList();
    assertThat(made).hasSize(pool().workers());
    assertThat(closed)
        .isEqualTo(made.stream().map(m -> m.replace("made ", "closed ") + " true").toList());
  }

  @Test
  default void theValuesOfACallersThreadThatIsNoMoreAreClosedWhenTheNextThreadCalls()
      throws InterruptedException {
    assumeTrue(!runsAsync());
    Journal talk = journal();
    WorkerLocal<Resource> resource = WorkerLocal.withInitial(() -> new Resource(talk, "one"));
    try (Pool<Object, Object> own = newPool(options -> options)) {
      Caller.of(() -> own.apply(() -> resource.get().name())).result(SOON);
      assertThat(talk.lines()).isEmpty();
      assertThat(own.stats().liveWorkers()).isZero();
      own.apply(() -> 1);
      assertThat(talk.lines()).containsExactly("closed one true");
      assertThat(own.stats().liveWorkers()).isEqualTo(1);
    }
    assertThat(talk.lines()).hasSize(1);
  }

  @Test
  default void outsideOfTasksALocalHasNoValue() {
    assertThatIllegalStateException()
        .isThrownBy(NAME::get)
        .withMessageContainingAll("WorkerLocal.get()", Thread.currentThread().getName());
  }
}
