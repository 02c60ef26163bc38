package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.google.common.util.concurrent.Uninterruptibles;
import io.github.poolmap.WorkerCrashedException.Reason;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What user code does at its worst, on either side of the channel, ends and harms nobody else. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessStopTest {

  private static final Duration SOON = Duration.ofSeconds(5);

  /** Lets go of what is held up in this JVM. Never counted down in a worker. */
  private static CountDownLatch letGo = new CountDownLatch(1);

  /** Tells the program from its workers, which load this class too. */
  private static volatile boolean isProgram;

  private Logs logs;
  private Journal journal;

  @BeforeEach
  void open(@TempDir Path folder) {
    isProgram = true;
    letGo = new CountDownLatch(1);
    journal = new Journal(folder.resolve("journal"));
    logs = new Logs();
  }

  @AfterEach
  void close() {
    letGo.countDown();
    logs.close();
  }

  private static ProcessPool<Object, Object> oneWorker(UnaryOperator<MapOptions> options) {
    return ProcessPool.builder().workers(1).options(options).build();
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static ProcessHandle process(long pid) {
    return ProcessHandle.of(pid).orElseThrow();
  }

  private static WorkerCrashedException crashOf(Runnable call) {
    return catchThrowableOfType(WorkerCrashedException.class, call::run);
  }

  /** A value whose writing never ends, in a worker or in the program, and heeds no interrupt. */
  private static final class Endless implements Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) {
      Uninterruptibles.awaitUninterruptibly(letGo);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 700})
  void aResultWhoseWritingNeverEndsMeetsTheLimitOfItsItem(int limitMillis) {
    try (ProcessPool<Object, Object> pool =
        oneWorker(
            o ->
                o.taskTimeout(Duration.ofMillis(limitMillis))
                    .gracePeriod(Duration.ofMillis(400))
                    .chunkSize(3))) {
      List<Outcome<Integer, Object>> outcomes =
          pool.mapOutcomes(x -> x == 1 ? new Endless() : x, List.of(0, 1, 2));
      assertThat(outcomes).extracting(Outcome::isSuccess).containsExactly(true, false, true);
      assertThat(outcomes.get(1).failure()).isInstanceOf(TaskTimeoutException.class);
    }
  }

  /** Too large for the outbox, and the first one is read slowly. */
  private static final class Large implements Serializable {
    private static final long serialVersionUID = 1L;

    private final boolean slow;

    @SuppressWarnings("unused")
    private final byte[] bytes = new byte[2 << 20];

    private Large(boolean slow) {
      this.slow = slow;
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      if (slow && isProgram) {
        Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(1_500));
      }
    }
  }

  @Test
  void aResultInTimeIsKeptThoughTheProgramIsSlowToReadTheOneBeforeIt() {
    try (ProcessPool<Object, Object> pool =
        oneWorker(
            o ->
                o.taskTimeout(Duration.ofMillis(500))
                    .gracePeriod(Duration.ofMillis(200))
                    .chunkSize(4))) {
      List<Outcome<Integer, Large>> outcomes =
          pool.mapOutcomes(x -> new Large(x == 0), List.of(0, 1, 2, 3));
      assertThat(outcomes).extracting(Outcome::failure).containsOnlyNulls();
      assertThat(logs.messages(Level.WARN)).isEmpty();
    }
  }

  @Test
  void aDecisionAboutADeadWorkersItemEndsWithTheCall() throws InterruptedException {
    CountDownLatch deciding = new CountDownLatch(1);
    try (ProcessPool<Object, Object> pool =
        oneWorker(
            o ->
                o.retries(1)
                    .retryOn(
                        thrown -> {
                          deciding.countDown();
                          try {
                            new CountDownLatch(1).await();
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                          }
                          return true;
                        }))) {
      Caller<Object> caller =
          Caller.of(
              () ->
                  pool.apply(
                      () -> {
                        Runtime.getRuntime().halt(3);
                        return 0;
                      }));
      deciding.await();
      caller.interrupt();
      assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
      assertThat(pool.<Integer>apply(() -> 7)).isEqualTo(7);
    }
  }

  private static Ledger ledger() throws IOException {
    return Ledger.open(new WorkerFolder(Path.of(folder())).ledger());
  }

  /** Breaks off the chunk that its worker is at, which only its parent may do. */
  private static void breakProtocol() throws IOException {
    Ledger ledger = ledger();
    ledger.stopChunk(Ledger.chunkOf(ledger.item()));
  }

  /** The worker goes on with its chunk, as if it had looked before the parent stopped it. */
  private static void overlookTheStop() throws IOException {
    Ledger ledger = ledger();
    // Another chunk of the same half.
    ledger.stopChunk(Ledger.chunkOf(ledger.item()) + 2);
  }

  @Test
  void anItemOverItsTimeIsNotForgottenForTheNextOneThatIs() {
    Journal started = journal;
    try (ProcessPool<Object, Object> pool =
        oneWorker(o -> o.taskTimeout(Duration.ofMillis(300)).chunkSize(4))) {
      List<Outcome<Integer, Integer>> outcomes =
          pool.mapOutcomes(
              x -> {
                started.add(x);
                if (x < 2) {
                  try {
                    Thread.sleep(60_000);
                  } catch (InterruptedException e) {
                    if (x == 0) {
                      overlookTheStop();
                    }
                    throw e;
                  }
                }
                return x;
              },
              PoolUnderTest.range(4));
      assertThat(outcomes).extracting(Outcome::isSuccess).containsExactly(false, false, true, true);
      assertThat(outcomes.subList(0, 2))
          .allSatisfy(
              outcome -> assertThat(outcome.failure()).isInstanceOf(TaskTimeoutException.class));
      assertThat(started.numbers()).isEqualTo(PoolUnderTest.range(4));
    }
  }

  @Test
  void aWorkerThatEndsAChunkTooEarlyIsReplacedAndTheRestIsDone() {
    Journal started = journal;
    try (ProcessPool<Object, Object> pool = oneWorker(o -> o.chunkSize(6))) {
      List<Outcome<Integer, Long>> outcomes =
          pool.mapOutcomes(
              x -> {
                started.add(x);
                if (x == 2) {
                  breakProtocol();
                }
                return pid();
              },
              PoolUnderTest.range(6));
      assertThat(outcomes).extracting(Outcome::failure).containsOnlyNulls();
      assertThat(started.numbers()).isEqualTo(PoolUnderTest.range(6));
      assertThat(outcomes.get(3).value()).isNotEqualTo(outcomes.get(2).value());
      assertThat(logs.messages(Level.WARN)).singleElement().asString().contains("PROTOCOL");
    }
  }

  /** Hands a worker on to the next pool with the same launch spec. */
  private static final class Keeps implements StartStrategy {

    private final Deque<WorkerProcess> kept = new ArrayDeque<>();

    @Override
    public synchronized WorkerProcess start(WorkerSpec spec) {
      WorkerProcess worker = kept.poll();
      return worker == null ? spec.launch() : worker;
    }

    @Override
    public synchronized void release(WorkerProcess worker) {
      if (worker.isAlive()) {
        kept.add(worker);
      } else {
        worker.stop();
      }
    }
  }

  @Test
  void whatAWorkerDidForAnotherPoolIsNotMistakenForNews() throws InterruptedException {
    Keeps strategy = new Keeps();
    Journal talk = journal;
    long first;
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).startStrategy(strategy).build()) {
      CompletableFuture<Object> cancelled =
          pool.applyAsync(
              () -> {
                talk.add(pid());
                Thread.sleep(60_000);
                return "of the first pool";
              });
      talk.awaitSize(1);
      first = Long.parseLong(talk.lines().get(0));
      cancelled.cancel(true);
    }
    assertThat(strategy.kept).hasSize(1);
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).startStrategy(strategy).build()) {
      assertThat(pool.map(x -> pid(), List.of(1, 2, 3))).containsOnly(first);
      Outcome<Integer, Integer> dead =
          pool.mapOutcomes(
                  x -> {
                    Runtime.getRuntime().halt(1);
                    return x;
                  },
                  List.of(1))
              .get(0);
      assertThat(dead.failure()).isInstanceOf(WorkerCrashedException.class);
    }
    strategy.kept.forEach(WorkerProcess::stop);
  }

  @Test
  void theWorkerOfAThreadThatIsLostToAnInputGoesWithIt() {
    try (ProcessPool<Object, Object> pool = oneWorker(o -> o.gracePeriod(Duration.ofMillis(200)))) {
      ProcessHandle before = process(pool.apply(ProcessStopTest::pid));
      assertThatExceptionOfType(CallTimeoutException.class)
          .isThrownBy(
              () ->
                  pool.with(o -> o.callTimeout(Duration.ofMillis(300)))
                      .map(x -> 0, List.of(new Endless())));
      await().atMost(SOON).until(() -> !Processes.isRunning(before));
      assertThat(pool.<Integer>apply(() -> 7)).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 150, 300, 450})
  void anExitIsTakenForNoTimeout(int limitMillis) {
    try (ProcessPool<Object, Object> pool = oneWorker(o -> o)) {
      pool.apply(() -> 0);
      WorkerCrashedException crash =
          crashOf(
              () ->
                  pool.with(o -> o.taskTimeout(Duration.ofMillis(limitMillis)))
                      .apply(
                          () -> {
                            Runtime.getRuntime().halt(7);
                            return 0;
                          }));
      assertThat(crash.reason()).isEqualTo(Reason.EXIT);
      assertThat(crash.exitStatus()).isEqualTo(7);
    }
  }

  private static PoolListener countingEnds(AtomicInteger ended) {
    return new PoolListener() {
      @Override
      public void workerEnded(Worker worker) {
        ended.incrementAndGet();
      }
    };
  }

  @Test
  void listenersHearOfADeathBeforeTheNextCall() {
    AtomicInteger ended = new AtomicInteger();
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).listener(countingEnds(ended)).build()) {
      crashOf(
          () ->
              pool.apply(
                  () -> {
                    Runtime.getRuntime().halt(7);
                    return 0;
                  }));
      await().atMost(SOON).until(() -> ended.get() == 1);
      assertThat(pool.stats().liveWorkers()).isZero();
      ProcessHandle idle = process(pool.apply(ProcessStopTest::pid));
      assertThat(pool.stats().liveWorkers()).isEqualTo(1);
      idle.destroyForcibly();
      await().atMost(SOON).until(() -> pool.stats().liveWorkers() == 0);
    }
    await().atMost(SOON).until(() -> ended.get() == 2);
  }

  @Test
  void anInitializerKilledFromOutsideIsTriedAgain() throws InterruptedException {
    Journal starts = journal;
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .initializer(
                info -> {
                  starts.add(pid());
                  if (starts.lines().size() < 5) {
                    Thread.sleep(60_000);
                  }
                })
            .build()) {
      CompletableFuture<Integer> answer = pool.applyAsync(() -> 7);
      for (int start = 1; start < 5; start++) {
        starts.awaitSize(start);
        process(Long.parseLong(starts.lines().get(start - 1))).destroyForcibly();
      }
      assertThat(answer.join()).isEqualTo(7);
    }
  }

  @Test
  void closeTakesTheProcessesThatTasksHaveStartedWithIt() {
    ProcessHandle child;
    try (ProcessPool<Object, Object> pool = oneWorker(o -> o)) {
      long started = pool.apply(() -> new ProcessBuilder("sleep", "300").start().pid());
      child = process(started);
    }
    await().atMost(SOON).until(() -> !Processes.isRunning(child));
  }

  /** A process that a task uses, and that has something to save in the end. */
  private record Helper(Process process) implements AutoCloseable {

    static final WorkerLocal<Helper> LOCAL = WorkerLocal.withInitial(Helper::start);

    private static Helper start() throws IOException {
      return new Helper(
          new ProcessBuilder("sh", "-c", "read file; sleep 0.2; echo saved >> $file").start());
    }

    void saveTo(String file) throws IOException {
      process.getOutputStream().write((file + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
      process.getOutputStream().close();
      process.onExit().join();
    }
  }

  @Test
  void closeLeavesAWorkerTimeToEndItsOwnProcesses(@TempDir Path folder) {
    String file = folder.resolve("saved").toString();
    Journal saved = new Journal(Path.of(file));
    try (ProcessPool<Object, Object> pool = oneWorker(o -> o)) {
      pool.apply(
          () -> {
            Helper.LOCAL.get().saveTo(file);
            return 0;
          });
    }
    assertThat(saved.lines()).containsExactly("saved");
  }

  /** The pools of a worker, which it never closes. */
  private static final class OfTheWorker {
    static final Pools POOLS = Pools.create();

    static String folderOfAWorker() {
      return POOLS.processes(1).apply(ProcessStopTest::folder);
    }
  }

  private static String folder() {
    String[] arguments = ProcessHandle.current().info().arguments().orElseThrow();
    return arguments[arguments.length - 2];
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void workersOfWorkersLeaveNothingBehind(boolean terminate) {
    Path nested;
    try (ProcessPool<Object, Object> pool = oneWorker(o -> o)) {
      nested = Path.of(pool.apply(OfTheWorker::folderOfAWorker));
      assertThat(nested).exists();
      if (terminate) {
        pool.terminate();
      }
    }
    await().atMost(SOON).until(() -> !Files.exists(nested));
  }

  @Test
  void listenersHearOfAWorkerThatIsGivenUpWithItsThread() {
    AtomicInteger ended = new AtomicInteger();
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder()
            .workers(1)
            .listener(countingEnds(ended))
            .options(
                o -> o.gracePeriod(Duration.ofMillis(200)).callTimeout(Duration.ofMillis(1_500)))
            .build()) {
      pool.apply(() -> 0);
      assertThatExceptionOfType(CallTimeoutException.class)
          .isThrownBy(() -> pool.map(x -> 0, List.of(new Endless())));
      await().atMost(SOON).until(() -> ended.get() == 1);
    }
    assertThat(ended).hasValue(1);
  }

  /** An exception like those that mocking frameworks make. */
  private static final class Odd extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Odd() {
      super("odd");
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      return null;
    }
  }

  @Test
  void anExceptionWithoutAStackTraceIsNoCrash() {
    try (ProcessPool<Object, Object> pool = oneWorker(o -> o)) {
      TaskException failure =
          catchThrowableOfType(
              TaskException.class,
              () ->
                  pool.apply(
                      () -> {
                        throw new Odd();
                      }));
      assertThat(failure).isNotInstanceOf(WorkerCrashedException.class);
      assertThat(failure).hasRootCauseMessage("odd");
    }
  }
}
