package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.github.poolmap.internal.observe.Span;
import io.github.poolmap.internal.observe.SpanSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What lanes tell of what they did, and when. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SpansTest {

  private static final int SLEEP_MILLIS = 5;

  private record Stretch(
      Span.Kind kind, int slot, long start, long end, long call, long first, int items) {}

  private record Item(
      int slot, long start, long end, long call, long index, boolean failed, Object input) {}

  private record Moment(int slot, long call, long index) {}

  private static final class Recorder implements SpanSink {

    final ConcurrentLinkedQueue<Stretch> spans = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Item> items = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Moment> crashes = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Moment> retries = new ConcurrentLinkedQueue<>();

    @Override
    public void add(int slot, Span span) {
      assertThat(span.worker()).isNotEmpty();
      switch (span.kind()) {
        case CRASH -> crashes.add(new Moment(slot, span.call(), span.first()));
        case RETRY -> retries.add(new Moment(slot, span.call(), span.first()));
        default ->
            spans.add(
                new Stretch(
                    span.kind(),
                    slot,
                    span.start(),
                    span.end(),
                    span.call(),
                    span.first(),
                    span.items()));
      }
    }

    @Override
    public void addItem(int slot, Span item, Object input) {
      assertThat(item.kind()).isEqualTo(Span.Kind.ITEM);
      items.add(
          new Item(
              slot, item.start(), item.end(), item.call(), item.first(), item.failed(), input));
    }

    List<Stretch> of(Span.Kind kind) {
      return spans.stream().filter(span -> span.kind() == kind).toList();
    }
  }

  private static <R> Pool<Integer, R> pool(PoolKind kind, Recorder recorder) {
    return switch (kind) {
      case SERIAL -> SerialPool.<Integer, R>builder().watchedBy(recorder).build();
      case THREADS -> ThreadPool.<Integer, R>builder().workers(2).watchedBy(recorder).build();
      case PROCESSES -> ProcessPool.<Integer, R>builder().workers(2).watchedBy(recorder).build();
    };
  }

  @ParameterizedTest
  @EnumSource
  void everyItemIsInOneRunAndSpansOfASlotDoNotOverlap(PoolKind kind) {
    Recorder recorder = new Recorder();
    long begin = System.nanoTime();
    try (Pool<Integer, Integer> pool = pool(kind, recorder)) {
      for (int call = 1; call <= 2; call++) {
        pool.map(
            x -> {
              Thread.sleep(SLEEP_MILLIS);
              return x;
            },
            IntStream.range(0, 20).boxed().toList());
        // Who has got the results finds all of the call's spans.
        int number = call;
        List<Long> indices = new ArrayList<>();
        for (Stretch run : recorder.of(Span.Kind.RUN)) {
          for (int i = 0; run.call() == number && i < run.items(); i++) {
            indices.add(run.first() + i);
          }
        }
        assertThat(indices).hasSize(20).doesNotHaveDuplicates();
      }
    }
    long end = System.nanoTime();

    assertThat(recorder.spans).allMatch(span -> span.start() >= begin && span.end() <= end);
    assertThat(recorder.spans.stream().map(Stretch::slot)).allMatch(slot -> slot == 0 || slot == 1);
    for (int slot = 0; slot < 2; slot++) {
      int which = slot;
      List<Stretch> inOrder =
          recorder.spans.stream()
              .filter(span -> span.slot() == which)
              .sorted(Comparator.comparingLong(Stretch::start).thenComparingLong(Stretch::end))
              .toList();
      for (int i = 1; i < inOrder.size(); i++) {
        assertThat(inOrder.get(i).start()).isGreaterThanOrEqualTo(inOrder.get(i - 1).end());
      }
    }
    assertThat(recorder.of(Span.Kind.RUN))
        .allMatch(run -> run.end() - run.start() >= TimeUnit.MILLISECONDS.toNanos(SLEEP_MILLIS));
    assertThat(recorder.items).hasSize(40).noneMatch(Item::failed);
    assertThat(recorder.items)
        .allMatch(item -> item.input().equals((int) item.index()))
        .allMatch(
            item ->
                recorder.of(Span.Kind.RUN).stream()
                    .anyMatch(
                        run ->
                            run.slot() == item.slot()
                                && run.start() <= item.start()
                                && run.end() >= item.end()));
    if (kind != PoolKind.SERIAL) {
      assertThat(recorder.of(Span.Kind.START_UP)).isNotEmpty();
    }
  }

  /** JVMs of one system count from the same moment, so what happens in a worker is seen exactly. */
  @ParameterizedTest
  @EnumSource
  void aRunIsSeenWhenItWas(PoolKind kind) {
    Recorder recorder = new Recorder();
    List<Long> times;
    try (Pool<Integer, Long> pool = pool(kind, recorder)) {
      times = pool.map(x -> System.nanoTime(), List.of(0, 1, 2, 3, 4));
    }

    for (int i = 0; i < times.size(); i++) {
      int index = i;
      long time = times.get(i);
      assertThat(recorder.of(Span.Kind.RUN))
          .filteredOn(run -> run.first() <= index && index < run.first() + run.items())
          .hasSize(1)
          .allMatch(run -> run.start() <= time && time <= run.end());
    }
  }

  @ParameterizedTest
  @EnumSource
  void itemsOfALargeChunkStandBehindEachOther(PoolKind kind) {
    Recorder recorder = new Recorder();
    try (Pool<Integer, Integer> pool = pool(kind, recorder)) {
      pool.with(options -> options.chunkSize(5))
          .map(
              x -> {
                Thread.sleep(SLEEP_MILLIS);
                return x;
              },
              List.of(0, 1, 2, 3, 4));
    }

    List<Item> items = new ArrayList<>(recorder.items);
    items.sort(Comparator.comparingLong(Item::index));
    assertThat(items).extracting(Item::index).containsExactly(0L, 1L, 2L, 3L, 4L);
    for (int i = 1; i < items.size(); i++) {
      assertThat(items.get(i).start()).isGreaterThanOrEqualTo(items.get(i - 1).end());
    }
    assertThat(items)
        .allMatch(item -> item.end() - item.start() >= TimeUnit.MILLISECONDS.toNanos(SLEEP_MILLIS));
  }

  @Test
  void aCrashAndItsRetryAreMoments() {
    Recorder recorder = new Recorder();
    try (Pool<Integer, Integer> pool = pool(PoolKind.PROCESSES, recorder)) {
      assertThatThrownBy(
              () ->
                  pool.with(options -> options.retries(1))
                      .map(
                          x -> {
                            if (x == 1) {
                              Thread.sleep(SLEEP_MILLIS);
                              Runtime.getRuntime().halt(3);
                            }
                            return x;
                          },
                          List.of(0, 1)))
          .isInstanceOf(WorkerCrashedException.class);
    }

    assertThat(recorder.crashes).hasSize(2).allMatch(moment -> moment.index() == 1);
    assertThat(recorder.retries).hasSize(1).allMatch(moment -> moment.index() == 1);
    // What the worker ran until it died counts, too.
    assertThat(recorder.items)
        .filteredOn(Item::failed)
        .hasSize(2)
        .allMatch(item -> item.index() == 1 && item.end() - item.start() >= 5_000_000);
  }

  @Test
  void anItemThatIsGivenUpIsSeenUntilThen() {
    Recorder recorder = new Recorder();
    CountDownLatch end = new CountDownLatch(1);
    try (Pool<Integer, Integer> pool = pool(PoolKind.THREADS, recorder)) {
      assertThatThrownBy(
              () ->
                  pool.with(
                          options ->
                              options
                                  .taskTimeout(Duration.ofMillis(20))
                                  .gracePeriod(Duration.ofMillis(20)))
                      .map(
                          x -> {
                            Uninterruptibles.awaitUninterruptibly(end);
                            return x;
                          },
                          Collections.singletonList(7)))
          .isInstanceOf(TaskTimeoutException.class);
    } finally {
      end.countDown();
    }
    assertThat(recorder.items)
        .singleElement()
        .matches(item -> item.failed() && item.end() - item.start() >= 20_000_000);
  }
}
