package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.github.poolmap.Logs;
import io.github.poolmap.MapOptions;
import io.github.poolmap.Mapper;
import io.github.poolmap.PoolException;
import io.github.poolmap.PoolKind;
import io.github.poolmap.WorkerStartException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class EngineTest {

  private static final String NAME = "poolmap-engine";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final List<Integer> INPUTS = IntStream.range(0, 200).boxed().toList();

  private final Calls calls = new Calls(NAME, null);

  private List<Object> map(Engine<?> engine, Mapper<Object, Object> mapper, List<?> inputs) {
    return map(engine, mapper, inputs, MapOptions.defaults());
  }

  private List<Object> map(
      Engine<?> engine, Mapper<Object, Object> mapper, List<?> inputs, MapOptions options) {
    return engine.map(new Call(calls, "test", mapper, inputs, options), true);
  }

  private static Engine<?> onThreads(int workers, Duration idleTimeout) {
    return Engine.on(
        NAME,
        workers,
        idleTimeout,
        ThreadBackend.platform((kind, index) -> new NoScope()),
        List.of());
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(NAME))
        .count();
  }

  @Test
  void threadsEndAfterTheIdleTimeoutAndComeBack() throws InterruptedException {
    Engine<?> engine = onThreads(4, Duration.ofMillis(200));
    CountDownLatch all = new CountDownLatch(4);
    Mapper<Object, Object> together =
        x -> {
          all.countDown();
          all.await();
          return x;
        };
    for (int round = 0; round < 2; round++) {
      assertThat(map(engine, together, List.of(1, 2, 3, 4))).containsExactly(1, 2, 3, 4);
      assertThat(threads()).isPositive();
      await().atMost(PATIENCE).until(() -> threads() == 0);
    }
    engine.shutdown();
    engine.awaitWorkers();
  }

  @Test
  void noCallIsLostWhenThreadsEndAtTheSameMoment() throws InterruptedException {
    Engine<?> engine = onThreads(2, Duration.ofNanos(50_000));
    for (int i = 0; i < 2000; i++) {
      assertThat(map(engine, x -> x, List.of(i, -i))).containsExactly(i, -i);
    }
    engine.shutdown();
    engine.awaitWorkers();
    // A thread that has left the pool may be in its last instructions still.
    await().atMost(PATIENCE).until(() -> threads() == 0);
  }

  /** Threads whose executors fail in various ways. */
  private static class FailingBackend implements Backend<Mapper<Object, Object>> {

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public PoolKind kind() {
      return PoolKind.PROCESSES;
    }

    @Override
    public Mapper<Object, Object> prepare(Mapper<Object, Object> mapper) {
      return mapper;
    }

    @Override
    public ChunkExecutor<Mapper<Object, Object>> newExecutor(int slot, String laneName) {
      return new FailingExecutor(this);
    }

    @Override
    public void refuseToOpen() {}

    @Override
    public void terminate() {}

    void open() {
      opened.incrementAndGet();
    }

    void execute(Chunk<Mapper<Object, Object>> chunk) {
      throw new IllegalStateException("a defect, with chunk size " + chunk.size());
    }
  }

  private static final class FailingExecutor implements ChunkExecutor<Mapper<Object, Object>> {

    private final FailingBackend backend;
    private boolean open;

    FailingExecutor(FailingBackend backend) {
      this.backend = backend;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void open() {
      backend.open();
      open = true;
    }

    @Override
    public void execute(
        Chunk<Mapper<Object, Object>> chunk, MoreChunks<Mapper<Object, Object>> more) {
      backend.execute(chunk);
    }

    @Override
    public Runnable condemn(Run<Mapper<Object, Object>> run) {
      return null;
    }

    @Override
    public String workerName() {
      return NAME;
    }

    @Override
    public UnderWay underWay(Chunk<Mapper<Object, Object>> chunk) {
      return null;
    }

    @Override
    public Runnable expire(Chunk<Mapper<Object, Object>> chunk, int position) {
      return null;
    }

    @Override
    public Runnable giveUp(Chunk<Mapper<Object, Object>> chunk, int position) {
      return null;
    }

    @Override
    public boolean isLost() {
      return false;
    }

    @Override
    public boolean abandon(Run<Mapper<Object, Object>> run) {
      return false;
    }

    @Override
    public void close() {
      if (open) {
        backend.closed.incrementAndGet();
      }
    }
  }

  @Test
  void aDefectOfALaneFailsItsCallsInsteadOfHangingThem() throws InterruptedException {
    FailingBackend backend = new FailingBackend();
    Engine<?> engine = Engine.on(NAME, 2, PATIENCE, backend, List.of());
    try (Logs logs = new Logs()) {
      assertThatExceptionOfType(PoolException.class)
          .isThrownBy(() -> map(engine, x -> x, INPUTS))
          .withMessageContaining("internal error")
          .havingCause()
          .withMessageStartingWith("a defect");
      assertThat(logs.messages(Level.ERROR)).isNotEmpty();
      engine.shutdown();
      engine.awaitWorkers();
    }
    assertThat(backend.closed.get()).isEqualTo(backend.opened.get());
  }

  @Test
  void startsThatFailEndlesslyFailThePool() throws InterruptedException {
    FailingBackend backend =
        new FailingBackend() {
          @Override
          void open() {
            super.open();
            throw new WorkerStartException("no start", "java", "tail", null);
          }
        };
    Engine<?> engine = Engine.on(NAME, 2, PATIENCE, backend, List.of());
    try (Logs logs = new Logs()) {
      for (int i = 0; i < 3; i++) {
        Throwable failure = catchThrowable(() -> map(engine, x -> x, INPUTS));
        assertThat(failure).isInstanceOf(WorkerStartException.class).hasMessage("no start");
        assertThat(failure.getStackTrace()).as("the caller's own").isNotEmpty();
      }
      assertThat(logs.messages(Level.WARN)).hasSizeLessThanOrEqualTo(4);
    }
    assertThat(backend.opened.get()).isBetween(3, 4);
    engine.shutdown();
    engine.awaitWorkers();
  }

  @Test
  void aFailedStartIsForgottenOnceOneSucceeds() throws InterruptedException {
    AtomicInteger starts = new AtomicInteger();
    FailingBackend backend =
        new FailingBackend() {
          @Override
          void open() {
            if (starts.incrementAndGet() % 3 != 0) {
              throw new WorkerStartException("no start", "java", "", null);
            }
          }

          @Override
          void execute(Chunk<Mapper<Object, Object>> chunk) {
            for (int i = 0; i < chunk.size(); i++) {
              chunk.succeed(i, chunk.input(i));
            }
            chunk.finish();
          }
        };
    Engine<?> engine = Engine.on(NAME, 1, Duration.ofMillis(1), backend, List.of());
    try (Logs logs = new Logs()) {
      for (int i = 0; i < 5; i++) {
        assertThat(map(engine, x -> x, INPUTS)).isEqualTo(INPUTS);
        await().pollInterval(Duration.ofMillis(2)).atMost(PATIENCE).until(() -> threads() == 0);
      }
      assertThat(logs.messages(Level.WARN)).hasSize(10);
    }
    engine.shutdown();
    engine.awaitWorkers();
  }

  @Test
  void itemsThatComeBackUnbegunAreClaimedAgain() throws InterruptedException {
    AtomicInteger rounds = new AtomicInteger();
    FailingBackend backend =
        new FailingBackend() {
          @Override
          void execute(Chunk<Mapper<Object, Object>> chunk) {
            // Every second item is left, or the second half is given back.
            int round = rounds.incrementAndGet();
            if (round % 3 == 0 && chunk.size() > 1) {
              chunk.giveBackFrom(chunk.size() / 2);
            }
            for (int i = round % 2; i < chunk.size(); i += 2) {
              chunk.succeed(i, chunk.input(i));
            }
            if (round % 5 == 0) {
              chunk.finishFruitless();
            } else {
              chunk.finish();
            }
          }
        };
    Engine<?> engine = Engine.on(NAME, 2, PATIENCE, backend, List.of());
    MapOptions chunked = MapOptions.defaults().chunkSize(9);
    assertThat(map(engine, x -> x, INPUTS, chunked)).isEqualTo(INPUTS);
    engine.shutdown();
    engine.awaitWorkers();
  }

  @Test
  void aStreamThatIsNotReadOnIsNotSampled() {
    AutoEngine engine =
        new AutoEngine(
            NAME, Duration.ofSeconds(30), List.of(), null, (kind, index) -> new NoScope());
    Call call = new Call(calls, "test", x -> x, INPUTS, MapOptions.defaults().maxInFlight(4));
    try (Stream<Object> results = engine.imap(call, true)) {
      Iterator<Object> reader = results.iterator();
      assertThat(reader.next()).isEqualTo(0);
      assertThat(engine.isSampling()).isTrue();
      await().atMost(PATIENCE).until(() -> !engine.isSampling());
      // Some of the next ones may be there already, but not all: that would exceed the window.
      for (int i = 1; i <= 4; i++) {
        assertThat(reader.next()).isEqualTo(i);
      }
      assertThat(engine.isSampling()).isTrue();
    } finally {
      engine.shutdown();
    }
  }

  @Test
  void nestedLanesGiveTheirNumbersBack() throws InterruptedException {
    NestedLanes<Mapper<Object, Object>> lanes =
        new NestedLanes<>(
            NAME,
            4,
            ThreadBackend.platform((kind, index) -> new NoScope()),
            new PoolEvents(NAME, List.of()));
    Set<String> names = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 3; i++) {
      Stage<Mapper<Object, Object>> stage = lanes.newStage();
      CallContext context =
          new CallContext(
              NAME,
              "test",
              MapOptions.defaults(),
              null,
              new Counters(),
              new PoolEvents(NAME, List.of()).newCall(MapOptions.defaults(), null));
      Run<Mapper<Object, Object>> run =
          new Run<>(
              stage, context, x -> names.add(Thread.currentThread().getName()), new ListSink(true));
      stage.enter(run);
      run.appendAll(Inputs.of(new Object[] {1}));
      run.endInput();
      run.awaitEnd();
      stage.leave(run);
      lanes.awaitLanes();
    }
    assertThat(names).containsExactly(NAME + "-5");
  }
}
