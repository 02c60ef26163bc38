package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Worker JVMs that go from pool to pool: which do, and what they take along. */
class WarmReuseTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static final ThreadLocal<String> OF_THREAD = new ThreadLocal<>();
  private static final WorkerLocal<List<String>> LOCAL =
      WorkerLocal.withInitial(() -> new ArrayList<>());
  private static String ofClass = "";

  @SuppressWarnings("unused") // Holds memory.
  private static Object kept;

  private static ProcessPool.Builder<Object, Object> one() {
    return ProcessPool.builder().workers(1);
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  /** Returns the pid of the worker that has executed the task for a pool of its own. */
  private static long after(ProcessPool.Builder<Object, Object> builder, Task<?> task) {
    try (Pool<Object, Object> pool = builder.build()) {
      long pid = pool.apply(() -> pid());
      pool.apply(task);
      return pid;
    }
  }

  private static long after(Task<?> task) {
    return after(one(), task);
  }

  private static long next() {
    return after(() -> null);
  }

  private static List<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).toList();
  }

  /** The socket in the folder of a worker is gone when it has booted. */
  private static boolean allHaveBooted() throws IOException {
    String ours = "poolmap-" + ProcessHandle.current().pid() + "-";
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(each -> each.getFileName().toString().startsWith(ours))
          .noneMatch(each -> Files.exists(each.resolve("s")));
    }
  }

  @BeforeEach
  void releaseWarm() {
    Pools.releaseWarm();
    assertThat(children()).isEmpty();
  }

  // ---- who is taken

  @Test
  void theNextPoolGetsTheWorkerOfTheOneBefore() {
    long first = next();
    assertThat(next()).isEqualTo(first);
    try (Pools pools = Pools.create()) {
      assertThat(pools.processes(b -> b.workers(1)).apply(() -> pid())).isEqualTo(first);
    }
    try (Pools others = Pools.create()) {
      assertThat(others.processes(b -> b.workers(1)).apply(() -> pid())).isEqualTo(first);
    }
    assertThat(children()).containsExactly(first);
  }

  @Test
  void aPoolThatLaunchesItsWorkersOtherwiseGetsOthers() {
    long first = next();
    assertThat(after(one().jvmArgs("-Dcolour=blue"), () -> 1)).isNotEqualTo(first);
    if (Runtime.getRuntime().availableProcessors() > 1) {
      // With one core there is one warm worker, which by now is the other one.
      assertThat(next()).isEqualTo(first);
    }
  }

  @Test
  void poolsThatAreOpenAtTheSameTimeDoNotShare() {
    long first = next();
    try (Pool<Object, Object> one = one().build();
        Pool<Object, Object> two = one().build()) {
      assertThat(one.apply(() -> pid())).isEqualTo(first);
      assertThat(two.apply(() -> pid())).isNotEqualTo(first);
    }
  }

  @Test
  void thereIsAtMostOneWarmWorkerForEachCore() {
    int cores = Runtime.getRuntime().availableProcessors();
    try (Pool<Object, Object> pool =
        ProcessPool.<Object, Object>builder().workers(cores + 2).build()) {
      Set<Long> pids =
          new HashSet<>(
              pool.with(o -> o.chunkSize(1))
                  .map(
                      x -> {
                        Thread.sleep(300);
                        return pid();
                      },
                      PoolUnderTest.range(3 * (cores + 2))));
      assertThat(pids).hasSizeGreaterThan(cores);
    }
    await().atMost(SOON).untilAsserted(() -> assertThat(children()).hasSize(cores));
  }

  @Test
  void aWorkerThatSpawnHasStartedIsNotLeftBehind() {
    long first = after(one().startStrategy(StartStrategy.spawn()), () -> 1);
    assertThat(ProcessHandle.of(first)).isEmpty();
    assertThat(next()).isNotEqualTo(first);
    long warm = next();
    assertThat(after(one().startStrategy(StartStrategy.spawn()), () -> 1)).isNotEqualTo(warm);
  }

  @Test
  void releaseWarmEndsAllOfThem() {
    long first = next();
    Pools.releaseWarm();
    assertThat(ProcessHandle.of(first)).isEmpty();
    assertThat(children()).isEmpty();
  }

  @Test
  void releaseWarmLeavesThoseAloneThatPoolsHave() {
    try (Pool<Object, Object> pool = one().build()) {
      long pid = pool.apply(() -> pid());
      Pools.releaseWarm();
      assertThat(pool.apply(() -> pid())).isEqualTo(pid);
    }
  }

  @Test
  void aWarmWorkerLivesNoLongerThanTheIdleTimeoutOfItsPool() {
    long first = after(one().idleTimeout(Duration.ofMillis(500)), () -> 1);
    await().atMost(SOON).until(() -> ProcessHandle.of(first).isEmpty());
  }

  @Test
  void theTimeOfAWorkerBeginsWithTheEndOfItsLastTask() {
    ProcessPool.Builder<Object, Object> builder = one().idleTimeout(Duration.ofMillis(400));
    long first =
        after(
            builder,
            () -> {
              Thread.sleep(600);
              return 1;
            });
    assertThat(next()).isEqualTo(first);
  }

  @Test
  void aWarmWorkerThatWasKilledMeanwhileIsNoFailureOfTheNextPool() {
    long first = next();
    ProcessHandle.of(first).orElseThrow().destroyForcibly();
    assertThat(next()).isNotEqualTo(first);
  }

  @Test
  void aWorkerOfATerminatedPoolIsGone() {
    Pool<Object, Object> pool = one().build();
    long first = pool.apply(() -> pid());
    pool.terminate();
    assertThat(ProcessHandle.of(first)).isEmpty();
  }

  @Test
  void terminateOfAnEarlierPoolDoesNotTouchTheWorkerOfALaterOne() {
    Pool<Object, Object> earlier = one().build();
    long first = earlier.apply(() -> pid());
    earlier.close();
    try (Pool<Object, Object> later = one().build()) {
      assertThat(later.apply(() -> pid())).isEqualTo(first);
      earlier.terminate();
      assertThat(later.apply(() -> pid())).isEqualTo(first);
    }
  }

  // ---- what it takes along

  @Test
  void staticsStayWorkerLocalsAndThreadLocalsDoNot() {
    long first =
        after(
            () -> {
              ofClass = "of the first pool";
              OF_THREAD.set("of the first pool");
              LOCAL.get().add("of the first pool");
              Thread.currentThread().setName("of the first pool");
              Thread.currentThread().setPriority(Thread.MIN_PRIORITY);
              return null;
            });
    try (Pool<Object, Object> pool = one().build()) {
      assertThat(pool.apply(() -> pid())).isEqualTo(first);
      assertThat(pool.apply(() -> ofClass)).isEqualTo("of the first pool");
      assertThat(pool.apply(() -> String.valueOf(OF_THREAD.get()))).isEqualTo("null");
      assertThat(pool.apply(() -> LOCAL.get().size())).isZero();
      assertThat(pool.apply(() -> Thread.currentThread().getName())).doesNotContain("first");
      assertThat(pool.apply(() -> Thread.currentThread().getPriority()))
          .isEqualTo(Thread.NORM_PRIORITY);
    }
  }

  @Test
  void theInitializerRunsForEachPoolAndLocalsAreClosedWithIt(@TempDir Path folder) {
    Journal journal = new Journal(folder.resolve("journal"));
    WorkerLocal<AutoCloseable> resource =
        WorkerLocal.withInitial(
            () -> {
              journal.add("made");
              return () -> journal.add("closed");
            });
    Set<Long> pids = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      pids.add(
          after(
              one().initializer(info -> journal.add("began " + info.index())),
              () -> resource.get() != null));
    }
    assertThat(pids).hasSize(1);
    assertThat(journal.lines())
        .containsExactly("began 0", "made", "closed", "began 0", "made", "closed");
  }

  @Test
  void theThreadOfTheWorkerBearsTheNameThatTheNewPoolGives() {
    long first = next();
    try (Pool<Object, Object> pool = one().name("later").build()) {
      assertThat(pool.apply(() -> pid())).isEqualTo(first);
      assertThat(pool.apply(() -> Thread.currentThread().getName())).isEqualTo("later-1");
    }
  }

  @Test
  void aWorkerKnowsItsIndexInTheNewPool() {
    try (Pool<Object, Object> pool = ProcessPool.<Object, Object>builder().workers(2).build()) {
      for (int i = 0; i < 3; i++) {
        Set<Integer> indices =
            new HashSet<>(
                pool.map(
                    x -> {
                      Thread.sleep(20);
                      return WorkerInfo.current().index();
                    },
                    PoolUnderTest.range(20)));
        assertThat(indices).isSubsetOf(0, 1);
      }
    }
  }

  // ---- who is not good enough

  static Stream<Arguments> tasksThatSpoilTheirWorker() {
    return Stream.of(
        spoils("throwing an error", () -> error()),
        spoils("overflowing the stack", () -> overflow(1)),
        spoils(
            "leaving a thread",
            () -> {
              Thread thread = new Thread(WarmReuseTest::sleepLong, "left over");
              thread.setDaemon(true);
              thread.start();
              return 1;
            }),
        spoils(
            "leaving a task in the common pool",
            () -> CompletableFuture.runAsync(WarmReuseTest::sleepLong).isDone()),
        spoils(
            "leaving a task in the common pool that looks as if it waited for one",
            () -> CompletableFuture.runAsync(WarmReuseTest::awaitWork).isDone()),
        spoils(
            "leaving a delayed task",
            () ->
                CompletableFuture.runAsync(
                        () -> ofClass = "late",
                        CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES))
                    .isDone()),
        spoils(
            "setting a selector of proxies",
            () -> {
              ProxySelector.setDefault(ProxySelector.of(null));
              return 1;
            }),
        spoils("leaving a process", () -> new ProcessBuilder("sleep", "60").start().pid()),
        spoils("setting a property", () -> System.setProperty("colour", "blue")),
        spoils("removing a property", () -> System.clearProperty("java.vm.vendor")),
        spoils(
            "setting the locale",
            () -> {
              Locale.setDefault(Locale.forLanguageTag("tlh"));
              return 1;
            }),
        spoils(
            "setting the locale of formats",
            () -> {
              Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("tlh"));
              return 1;
            }),
        spoils(
            "setting the time zone",
            () -> {
              TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
              return 1;
            }),
        spoils(
            "setting a stream",
            () -> {
              System.setOut(new PrintStream(new ByteArrayOutputStream()));
              return 1;
            }),
        spoils(
            "setting a handler",
            () -> {
              Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {});
              return 1;
            }),
        spoils(
            "filling the heap",
            () -> {
              kept = new byte[(int) (Runtime.getRuntime().maxMemory() / 3)];
              return 1;
            }),
        spoils("a time limit", o -> o.taskTimeout(Duration.ofMillis(100)), () -> interruptible()));
  }

  private static Arguments spoils(String what, Task<Object> task) {
    return spoils(what, o -> o, task);
  }

  private static Arguments spoils(
      String what, UnaryOperator<MapOptions> options, Task<Object> task) {
    return Arguments.of(what, options, task);
  }

  private static Object error() {
    throw new LinkageError("thrown on purpose");
  }

  @SuppressWarnings("InfiniteRecursion")
  private static int overflow(int x) {
    return overflow(x + 1) + 1;
  }

  private static Object interruptible() throws InterruptedException {
    new CountDownLatch(1).await();
    return 1;
  }

  private static void awaitWork() {
    sleepLong();
  }

  private static void sleepLong() {
    try {
      TimeUnit.MINUTES.sleep(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tasksThatSpoilTheirWorker")
  void aWorkerIsNotKeptAfter(String what, UnaryOperator<MapOptions> options, Task<Object> task) {
    long first;
    ProcessPool.Builder<Object, Object> builder = one().maxHeap(64L << 20);
    try (Pool<Object, Object> pool = builder.build()) {
      first = pool.apply(() -> pid());
      Outcome<Object, Object> outcome =
          pool.with(options).<Object, Object>mapOutcomes(x -> task.run(), List.of(1)).get(0);
      assertThat(outcome.attempts()).as(what).isEqualTo(1);
      assertThat(pool.apply(() -> pid())).as("it goes on for its own pool").isEqualTo(first);
    }
    assertThat(ProcessHandle.of(first)).as(what).isEmpty();
    assertThat(after(builder, () -> 1)).isNotEqualTo(first);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void aWorkerIsNotKeptAfterAVirtualThread() {
    long first =
        after(
            () -> {
              Thread virtual =
                  (Thread)
                      Thread.class
                          .getMethod("startVirtualThread", Runnable.class)
                          .invoke(null, (Runnable) () -> ofClass = "virtual");
              virtual.join();
              return 1;
            });
    assertThat(ProcessHandle.of(first)).isEmpty();
  }

  static Stream<Arguments> tasksThatDoNoHarm() {
    return Stream.of(
        spoils(
            "throwing an exception",
            () -> {
              throw new IOException("thrown on purpose");
            }),
        spoils(
            "a failed assertion",
            () -> {
              throw new AssertionError("thrown on purpose");
            }),
        spoils("asking for the time zone", () -> TimeZone.getDefault().getID()),
        spoils(
            "a thread that ends",
            () -> {
              Thread thread = new Thread(() -> ofClass = "x");
              thread.start();
              thread.join();
              return 1;
            }),
        spoils(
            "the common pool", () -> IntStream.range(0, 1_000).parallel().mapToLong(x -> x).sum()),
        spoils("a process that ends", () -> new ProcessBuilder("true").start().waitFor()),
        spoils(
            "settings that are put back",
            () -> {
              Locale before = Locale.getDefault();
              Locale.setDefault(Locale.GERMANY);
              Locale.setDefault(before);
              System.setProperty("colour", "blue");
              System.clearProperty("colour");
              return 1;
            }),
        spoils(
            "a delayed future",
            () -> new CompletableFuture<>().completeOnTimeout(1, 1, TimeUnit.MILLISECONDS).get()),
        spoils(
            "a time limit of a future that was not reached",
            () ->
                CompletableFuture.completedFuture(1)
                    .thenApplyAsync(x -> x + 1)
                    .orTimeout(1, TimeUnit.MINUTES)
                    .get()),
        spoils("garbage", () -> new byte[30 << 20].length + new byte[10 << 20].length));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tasksThatDoNoHarm")
  void aWorkerIsKeptAfter(String what, UnaryOperator<MapOptions> options, Task<Object> task) {
    ProcessPool.Builder<Object, Object> builder = one().maxHeap(64L << 20);
    long first;
    try (Pool<Object, Object> pool = builder.build()) {
      first = pool.apply(() -> pid());
      pool.with(options).mapOutcomes(x -> task.run(), List.of(1));
    }
    assertThat(after(builder, () -> 1)).as(what).isEqualTo(first);
  }

  @Test
  void aWorkerWhoseInitializerFailsIsNotKept() {
    try (Pool<Object, Object> pool =
        one()
            .initializer(
                info -> {
                  throw new IOException("thrown on purpose");
                })
            .build()) {
      assertThat(catchThrowableOfType(WorkerStartException.class, () -> pool.apply(() -> 1)))
          .hasMessageContaining("thrown on purpose");
    }
    assertThat(children()).isEmpty();
  }

  @Test
  void aLocalThatHangsWhenItIsClosedCostsTheWorkerAndDoesNotHangClose()
      throws InterruptedException {
    WorkerLocal<AutoCloseable> hanging =
        WorkerLocal.withInitial(() -> () -> TimeUnit.MINUTES.sleep(1));
    Pool<Object, Object> pool = one().build();
    long first = pool.apply(() -> pid());
    pool.apply(() -> hanging.get() != null);
    Caller.doing(pool::close).result(SOON);
    assertThat(ProcessHandle.of(first)).isEmpty();
  }

  // ---- strategies of the user

  @Test
  void aStrategyThatGivesAWorkerTwiceIsToldSo() {
    StartStrategy twice =
        new StartStrategy() {
          private WorkerProcess only;

          @Override
          public synchronized WorkerProcess start(WorkerSpec spec) {
            if (only == null) {
              only = spec.launch();
            }
            return only;
          }

          @Override
          public void release(WorkerProcess worker) {
            worker.stop();
          }
        };
    try (Pool<Object, Object> one = one().startStrategy(twice).build();
        Pool<Object, Object> two = one().startStrategy(twice).build()) {
      one.apply(() -> 1);
      assertThat(catchThrowableOfType(WorkerStartException.class, () -> two.apply(() -> 1)))
          .hasMessageContaining("which another pool has");
    }
  }

  @Test
  void aStrategyThatFailsToTakeAWorkerBackLeavesNothingBehind() {
    StartStrategy failing =
        new StartStrategy() {
          @Override
          public WorkerProcess start(WorkerSpec spec) {
            return spec.launch();
          }

          @Override
          public void release(WorkerProcess worker) {
            throw new IllegalStateException("thrown on purpose");
          }
        };
    try (Logs logs = new Logs()) {
      try (Pool<Object, Object> pool = one().startStrategy(failing).maxTasksPerWorker(2).build()) {
        assertThat(pool.map(x -> x, PoolUnderTest.range(6))).hasSize(6);
      }
      assertThat(logs.messages(Level.WARN))
          .isNotEmpty()
          .allMatch(message -> message.contains("failed to take it back"));
    }
    await().atMost(SOON).untilAsserted(() -> assertThat(children()).isEmpty());
  }

  // ---- spares

  @Test
  void manySparesLeaveNoMoreThanOneWarmWorkerForEachCore() {
    int cores = Runtime.getRuntime().availableProcessors();
    try (Pool<Object, Object> pool =
        one().startStrategy(StartStrategy.standby(cores + 2)).build()) {
      pool.apply(() -> 1);
      await().atMost(SOON).until(() -> children().size() == cores + 3);
    }
    await().atMost(SOON).untilAsserted(() -> assertThat(children()).hasSize(cores));
    Pools.releaseWarm();
    assertThat(children()).isEmpty();
  }

  @Test
  void aSpareTakesThePlaceOfAWorkerThatIsLost() {
    ProcessPool.Builder<Object, Object> builder = one().startStrategy(StartStrategy.standby(1));
    try (Pool<Object, Object> pool = builder.build()) {
      long first = pool.apply(() -> pid());
      await().atMost(SOON).until(() -> children().size() == 2 && allHaveBooted());
      long spare = children().stream().filter(pid -> pid != first).findFirst().orElseThrow();
      assertThat(
              pool.mapOutcomes(
                      x -> {
                        Runtime.getRuntime().halt(1);
                        return x;
                      },
                      List.of(1))
                  .get(0)
                  .isSuccess())
          .isFalse();
      assertThat(pool.apply(() -> pid())).isEqualTo(spare);
      // And another one takes the place of the spare.
      await().atMost(SOON).until(() -> children().size() == 2);
    }
    Pools.releaseWarm();
    assertThat(children()).isEmpty();
  }

  @Test
  void nothingIsBootedBeforeTheFirstCall() {
    try (Pool<Object, Object> pool = one().startStrategy(StartStrategy.standby(2)).build()) {
      assertThat(pool.stats().liveWorkers()).isZero();
      assertThat(children()).isEmpty();
    }
  }

  @Test
  void sparesThatAreStillBootingEndWithReleaseWarm() {
    try (Pool<Object, Object> pool = one().startStrategy(StartStrategy.standby(3)).build()) {
      pool.apply(() -> 1);
    }
    Pools.releaseWarm();
    assertThat(children()).isEmpty();
  }

  @Test
  void aSpareDoesNotTakeTheCoresFromTheCallThatWaitsForItsFirstResult() {
    try (Pool<Object, Object> pool = one().startStrategy(StartStrategy.standby(1)).build()) {
      long begun = System.nanoTime();
      long first = pool.apply(() -> pid());
      ProcessHandle early = other(first);
      // On a machine on which this takes long a spare does not wait for its end.
      assumeThat(System.nanoTime() - begun).isLessThan(900_000_000L);
      assertThat(early).isNull();
      await().atMost(SOON).until(() -> other(first), Objects::nonNull);
    }
  }

  private static @Nullable ProcessHandle other(long pid) {
    return ProcessHandle.current()
        .children()
        .filter(each -> each.pid() != pid)
        .findAny()
        .orElse(null);
  }

  @Test
  void sparesComeThoughThePoolIsBusyForLong(@TempDir Path folder) throws Exception {
    String end = folder.resolve("end").toString();
    try (Pool<Object, Object> pool = one().startStrategy(StartStrategy.standby(2)).build()) {
      CompletableFuture<Object> busy =
          pool.applyAsync(
              () -> {
                while (!Files.exists(Path.of(end))) {
                  Thread.sleep(10);
                }
                return null;
              });
      await().atMost(SOON).until(() -> children().size() == 3);
      assertThat(busy).isNotDone();
      Files.createFile(Path.of(end));
      busy.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void noSpareThatWasAskedForBeforeIsBootedAfterReleaseWarm() {
    try (Pool<Object, Object> pool = one().startStrategy(StartStrategy.standby(2)).build()) {
      pool.apply(() -> 1);
    }
    Pools.releaseWarm();
    await().during(Duration.ofMillis(300)).atMost(SOON).until(() -> children().isEmpty());
  }

  @Test
  void theNumberOfSparesIsChecked() {
    assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> StartStrategy.standby(0)))
        .hasMessage("standby = 0 is out of range: allowed are 1 to 64 spares");
    assertThat(StartStrategy.standby(2)).isEqualTo(StartStrategy.standby(2));
  }
}
