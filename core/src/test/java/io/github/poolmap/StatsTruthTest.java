package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.github.poolmap.internal.observe.Span;
import io.github.poolmap.internal.observe.SpanSink;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whether the times that statistics tell are those that were spent. Tasks measure themselves how
 * long they really slept, so a busy machine does not matter.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@ExtendWith(SeveralTries.class)
class StatsTruthTest {

  private static final Percentage CLOSE = Percentage.withPercentage(2);
  private static final Duration SOON = Duration.ofSeconds(30);

  /** When the slots' first workers began to be started. */
  private final Map<Integer, Long> begun = new ConcurrentHashMap<>();

  private final SpanSink sink =
      new SpanSink() {
        @Override
        public void add(int slot, Span span) {
          if (span.kind() == Span.Kind.START_UP) {
            begun.putIfAbsent(slot, span.start());
          }
        }

        @Override
        public void addItem(int slot, Span item, Object input) {}
      };

  /** Sleeps and returns for how many nanoseconds it did. */
  private static long sleep(int millis) throws InterruptedException {
    long start = System.nanoTime();
    Thread.sleep(millis);
    return System.nanoTime() - start;
  }

  private Pool<Object, Long> pool(PoolKind kind, int workers) {
    return switch (kind) {
      case SERIAL -> SerialPool.<Object, Long>builder().watchedBy(sink).build();
      case THREADS -> ThreadPool.<Object, Long>builder().workers(workers).watchedBy(sink).build();
      case PROCESSES ->
          ProcessPool.<Object, Long>builder()
              .workers(workers)
              .startStrategy(StartStrategy.spawn())
              .watchedBy(sink)
              .build();
    };
  }

  private static long nanos(PoolStats stats, Function<PoolStats.Slot, Duration> of) {
    return stats.slots().stream().mapToLong(slot -> of.apply(slot).toNanos()).sum();
  }

  private static long all(PoolStats.Slot slot) {
    return slot.startUp().plus(slot.busy()).plus(slot.handOver()).plus(slot.idle()).toNanos();
  }

  @ParameterizedTest
  @EnumSource
  void busyIsTheTimeOfTheTasks(PoolKind kind) {
    // One process, which has loaded all classes then: that is time of the worker, too.
    try (Pool<Object, Long> pool = pool(kind, kind == PoolKind.PROCESSES ? 1 : 2)) {
      Mapper<Object, Long> sleeper = x -> sleep((int) x);
      pool.map(sleeper, List.of(1, 1, 1, 1));
      long before = nanos(pool.stats(), PoolStats.Slot::busy);
      long slept = 0;
      for (int chunkSize : new int[] {1, 5}) {
        slept +=
            pool
                .with(options -> options.chunkSize(chunkSize))
                .map(sleeper, Collections.nCopies(20, 60))
                .stream()
                .mapToLong(each -> each)
                .sum();
      }
      PoolStats stats = pool.stats();
      assertThat(nanos(stats, PoolStats.Slot::busy) - before).isCloseTo(slept, CLOSE);
      assertThat(stats.serialTime().toNanos()).isEqualTo(nanos(stats, PoolStats.Slot::busy));
      assertThat(stats.slots().stream().mapToLong(PoolStats.Slot::tasks).sum()).isEqualTo(44);
      assertThat(stats.runTimes().count()).isEqualTo(44);
      assertThat(stats.runTimes().p50().toMillis()).isGreaterThanOrEqualTo(59);
      assertThat(stats.waitTimes().count()).isEqualTo(44);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"THREADS", "PROCESSES"})
  void theTimesOfASlotAreTheWallAllTogether(PoolKind kind) throws InterruptedException {
    begun.clear();
    long start = System.nanoTime();
    try (Pool<Object, Long> pool = pool(kind, 2)) {
      for (int call = 0; call < 2; call++) {
        pool.map(x -> sleep(30), IntStream.range(0, 30).boxed().toList());
        Thread.sleep(400);
      }
      PoolStats stats = pool.stats();
      long end = System.nanoTime();
      assertThat(all(stats.slots().get(0))).isCloseTo(end - start, CLOSE);
      for (PoolStats.Slot slot : stats.slots()) {
        assertThat(all(slot)).isCloseTo(end - begun.get(slot.index()), CLOSE);
        assertThat(slot.idle()).isGreaterThanOrEqualTo(Duration.ofMillis(800));
        assertThat(slot.idle().minus(slot.idleInCalls())).isGreaterThan(Duration.ofMillis(780));
        assertThat(slot.isLive()).isTrue();
      }
      assertThat(stats.callTime().toNanos())
          .isCloseTo(end - start - 800_000_000L, within(200_000_000L));
    }
  }

  @ParameterizedTest
  @EnumSource
  void startUpIsTheTimeUntilTheFirstItem(PoolKind kind) {
    Effect<WorkerInfo> initializer = worker -> Thread.sleep(1_500);
    try (Pool<Object, Object> pool =
        switch (kind) {
          case SERIAL -> SerialPool.builder().initializer(initializer).build();
          case THREADS -> ThreadPool.builder().workers(1).initializer(initializer).build();
          case PROCESSES ->
              ProcessPool.builder()
                  .workers(1)
                  .startStrategy(StartStrategy.spawn())
                  .initializer(initializer)
                  .build();
        }) {
      // The clock of the day is that of all processes.
      long start = System.currentTimeMillis();
      long first = (long) pool.apply(System::currentTimeMillis);
      PoolStats.Slot slot = pool.stats().slots().get(0);
      assertThat(slot.startUp().toMillis()).isCloseTo(first - start, Percentage.withPercentage(5));
      assertThat(slot.starts()).isEqualTo(1);
      pool.apply(System::currentTimeMillis);
      assertThat(pool.stats().slots().get(0).startUp()).isEqualTo(slot.startUp());
    }
  }

  /** An input that takes its time to be written, and one to be read. */
  private static final class Slow implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final AtomicLong WRITING = new AtomicLong();

    private void writeObject(ObjectOutputStream out) throws IOException {
      try {
        WRITING.addAndGet(sleep(400));
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      out.defaultWriteObject();
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
    }
  }

  @Test
  void handOverIsTheTimeOfWritingAndReading() {
    try (Pool<Object, Long> pool = pool(PoolKind.PROCESSES, 1)) {
      Mapper<Object, Long> sleeper = x -> sleep(400);
      pool.map(sleeper, List.of(new Slow(), new Slow()));
      Slow.WRITING.set(0);
      long handOver = nanos(pool.stats(), PoolStats.Slot::handOver);
      long busy = nanos(pool.stats(), PoolStats.Slot::busy);
      long slept =
          pool
              .with(options -> options.chunkSize(1))
              .map(sleeper, List.of(new Slow(), new Slow(), new Slow(), new Slow()))
              .stream()
              .mapToLong(each -> each)
              .sum();
      PoolStats stats = pool.stats();
      assertThat(nanos(stats, PoolStats.Slot::handOver) - handOver)
          .isCloseTo(Slow.WRITING.get(), Percentage.withPercentage(8));
      assertThat(nanos(stats, PoolStats.Slot::busy) - busy)
          .isCloseTo(slept, Percentage.withPercentage(5));
      PoolStats.Slot slot = stats.slots().get(0);
      assertThat(slot.bytesSent()).isGreaterThan(100);
      assertThat(slot.bytesReceived()).isGreaterThan(10);
    }
  }

  @Test
  void bytesAreThoseOfTheValues() {
    try (Pool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      pool.map(x -> x, List.of(1));
      PoolStats.Slot before = pool.stats().slots().get(0);
      // In messages, and in files beside them.
      pool.map(x -> x, List.of(new byte[10_000], new byte[500_000]));
      PoolStats.Slot after = pool.stats().slots().get(0);
      assertThat(after.bytesSent() - before.bytesSent()).isBetween(510_000L, 520_000L);
      assertThat(after.bytesReceived() - before.bytesReceived()).isBetween(510_000L, 520_000L);
    }
  }

  @Test
  void whatACrashTookCounts() {
    try (Pool<Object, Long> pool = pool(PoolKind.PROCESSES, 1)) {
      pool.map(x -> sleep(1), List.of(1, 2));
      long busy = nanos(pool.stats(), PoolStats.Slot::busy);
      long startUp = nanos(pool.stats(), PoolStats.Slot::startUp);
      long start = System.nanoTime();
      assertThatThrownBy(
              () ->
                  pool.with(options -> options.retries(1))
                      .map(
                          x -> {
                            sleep(500);
                            Runtime.getRuntime().halt(1);
                            return 1L;
                          },
                          List.of(1)))
          .isInstanceOf(WorkerCrashedException.class);
      PoolStats stats = pool.stats();
      long elsewhere = nanos(stats, PoolStats.Slot::startUp) - startUp;
      assertThat(nanos(stats, PoolStats.Slot::busy) - busy)
          .isBetween(1_000_000_000L, System.nanoTime() - start - elsewhere);
      PoolStats.Slot slot = stats.slots().get(0);
      assertThat(slot.crashes()).isEqualTo(2);
      assertThat(slot.retries()).isEqualTo(1);
      assertThat(slot.starts()).isEqualTo(2);
      assertThat(slot.tasks()).isEqualTo(4);
      assertThat(stats.slowest().get(0).duration()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"THREADS", "PROCESSES"})
  void whatATimeLimitCutOffCounts(PoolKind kind) {
    try (Pool<Object, Long> pool = pool(kind, 1)) {
      pool.map(x -> sleep(1), List.of(1, 2));
      long busy = nanos(pool.stats(), PoolStats.Slot::busy);
      long start = System.nanoTime();
      assertThatThrownBy(
              () ->
                  pool.with(options -> options.taskTimeout(Duration.ofMillis(400)))
                      .map(x -> sleep(60_000), List.of(1)))
          .isInstanceOf(TaskTimeoutException.class);
      assertThat(nanos(pool.stats(), PoolStats.Slot::busy) - busy)
          .isBetween(400_000_000L, System.nanoTime() - start);
    }
  }

  @Test
  void aThreadThatWasGivenUpCountsUntilThen() {
    CountDownLatch end = new CountDownLatch(1);
    try (Pool<Object, Long> pool = pool(PoolKind.THREADS, 1)) {
      assertThatThrownBy(
              () ->
                  pool.with(
                          options ->
                              options
                                  .taskTimeout(Duration.ofMillis(300))
                                  .gracePeriod(Duration.ofMillis(100)))
                      .map(
                          x -> {
                            Uninterruptibles.awaitUninterruptibly(end);
                            return 1L;
                          },
                          List.of(1)))
          .isInstanceOf(TaskTimeoutException.class);
      long busy = nanos(pool.stats(), PoolStats.Slot::busy);
      assertThat(busy).isBetween(400_000_000L, 800_000_000L);
      // Not even what its successor is asked for includes any of it.
      pool.map(x -> sleep(1), List.of(1));
      assertThat(nanos(pool.stats(), PoolStats.Slot::busy) - busy).isLessThan(300_000_000L);
    } finally {
      end.countDown();
    }
  }

  @Test
  void whatIsUnderWayCountsAsFarAsItHasCome() throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    try (Pool<Object, Long> pool = pool(PoolKind.THREADS, 1)) {
      var future =
          pool.mapAsync(
              x -> {
                end.await();
                return 1L;
              },
              List.of(1));
      await().atMost(SOON).until(() -> pool.stats().serialTime().toMillis() >= 100);
      assertThat(pool.stats().callTime().toMillis()).isGreaterThanOrEqualTo(100);
      assertThat(pool.stats().utilisation()).isGreaterThan(0.5);
      end.countDown();
      future.join();
    }
  }

  @Test
  void tasksInsideTasksCountOnce() {
    try (Pool<Object, Long> pool = pool(PoolKind.THREADS, 2)) {
      long slept =
          pool
              .map(
                  x ->
                      pool.map(y -> sleep(50), List.of(1, 2, 3, 4)).stream()
                          .mapToLong(each -> each)
                          .sum(),
                  List.of(1, 2, 3, 4))
              .stream()
              .mapToLong(each -> each)
              .sum();
      PoolStats stats = pool.stats();
      assertThat(stats.items()).isEqualTo(20);
      assertThat(stats.serialTime().toNanos()).isCloseTo(slept, CLOSE);
      assertThat(stats.runTimes().count()).isEqualTo(4);
    }
  }

  @Test
  void aPoolThatTasksOfAnotherOneUseCountsThemAsCallers() {
    try (Pool<Object, Long> outer = pool(PoolKind.THREADS, 2);
        Pool<Object, Long> inner = pool(PoolKind.THREADS, 2)) {
      long slept =
          outer
              .map(
                  x ->
                      inner.map(y -> sleep(50), List.of(1, 2, 3, 4)).stream()
                          .mapToLong(each -> each)
                          .sum(),
                  List.of(1, 2))
              .stream()
              .mapToLong(each -> each)
              .sum();
      PoolStats stats = inner.stats();
      assertThat(stats.slots()).extracting(PoolStats.Slot::index).containsExactly(-1);
      assertThat(stats.serialTime().toNanos()).isCloseTo(slept, CLOSE);
    }
  }

  @Test
  void autoPoolsAndVirtualThreadsHaveTheSameFigures() {
    try (Pools pools = Pools.create()) {
      Pool<Object, Long> pool = pools.auto();
      pool.map(x -> sleep(1), List.of(1, 2));
      long busy = nanos(pool.stats(), PoolStats.Slot::busy);
      long slept =
          pool.map(x -> sleep(20), IntStream.range(0, 100).boxed().toList()).stream()
              .mapToLong(each -> each)
              .sum();
      PoolStats stats = pool.stats();
      assertThat(nanos(stats, PoolStats.Slot::busy) - busy).isCloseTo(slept, CLOSE);
      assertThat(stats.speedUp()).isGreaterThan(1);
    }
  }

  // ---- the slowest items

  private record Named(String name, int millis) {
    @Override
    public String toString() {
      return "named " + name;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SERIAL", "THREADS"})
  void theSlowestItemsAreToldWithTheirInputs(PoolKind kind) {
    try (Pool<Object, Long> pool = pool(kind, 2)) {
      List<Object> inputs =
          Collections.unmodifiableList(
              IntStream.range(0, 20)
                  .mapToObj(i -> (Object) new Named("x" + i, i == 13 ? 80 : i == 7 ? 40 : 2))
                  .toList());
      List<Long> slept =
          pool.with(options -> options.chunkSize(4)).map(x -> sleep(((Named) x).millis()), inputs);
      List<PoolStats.SlowItem> slowest = pool.stats().slowest();
      assertThat(slowest).hasSize(10);
      assertThat(slowest)
          .isSortedAccordingTo(Comparator.comparing(PoolStats.SlowItem::duration).reversed());
      assertThat(slowest).extracting(PoolStats.SlowItem::index).contains(13L, 7L);
      for (PoolStats.SlowItem item : slowest) {
        assertThat(item.input()).isEqualTo("named x" + item.index());
        assertThat(item.call()).isEqualTo(1);
        assertThat(item.worker()).isNotEmpty();
        assertThat(item.duration().toNanos()).isGreaterThanOrEqualTo(slept.get((int) item.index()));
      }
      assertThat(pool.stats().toString()).contains("named x13");
    }
  }

  /** An input whose text never comes to its end. */
  private static final class Endless {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    @Override
    public String toString() {
      try {
        NEVER.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return "";
    }
  }

  @Test
  void noTaskWaitsForTheTextOfAnInput() {
    try (Pool<Object, Long> pool = pool(PoolKind.THREADS, 1)) {
      assertThat(pool.map(x -> sleep(2), Collections.nCopies(30, new Endless()))).hasSize(30);
    } finally {
      Endless.NEVER.countDown();
    }
  }

  @Test
  void noCharacterOfAnInputIsCutInTwo() {
    String faces = "\ud83d\ude00".repeat(150);
    try (Pool<Object, Long> pool = pool(PoolKind.THREADS, 1)) {
      pool.map(x -> sleep(2), List.of(faces));
      assertThat(pool.stats().slowest().get(0).input()).isEqualTo(faces.substring(0, 198) + "…");
    }
  }

  @Test
  void aCallingThreadWithoutANameIsCalledThat() throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (Pool<Object, Object> pool = SerialPool.builder().build()) {
      Thread caller =
          new Thread(
              () ->
                  failure.set(
                      catchThrowable(
                          () ->
                              pool.map(
                                  x -> {
                                    throw new IOException("no");
                                  },
                                  List.of(1)))),
              "");
      caller.start();
      caller.join();
      assertThat(pool.stats().slots().get(0).worker()).isEqualTo("unnamed thread");
    }
    assertThat(failure.get())
        .hasMessageStartingWith("item 0 failed in unnamed thread: ")
        .isInstanceOfSatisfying(
            TaskException.class, e -> assertThat(e.worker()).isEqualTo("unnamed thread"));
  }
}
