package io.github.poolmap;

import static io.github.poolmap.PoolUnderTest.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a {@link ProgressListener} hears of calls. */
interface ProgressContract extends PoolUnderTest {

  private Pool<Object, Object> heardBy(ProgressListener listener) {
    return pool().with(o -> o.progress(listener));
  }

  private static Map<String, Consumer<Pool<Object, Object>>> callsOfTwentyItems() {
    List<Integer> items = range(20);
    Map<Integer, Integer> pairs = new LinkedHashMap<>();
    items.forEach(i -> pairs.put(i, i));
    Map<String, Consumer<Pool<Object, Object>>> calls = new LinkedHashMap<>();
    calls.put("map", pool -> pool.map(x -> x, items));
    calls.put("map of an iterable", pool -> pool.map(x -> x, items::iterator));
    calls.put("mapAsync", pool -> pool.mapAsync(x -> x, items).join());
    calls.put("mapAsync of an iterable", pool -> pool.mapAsync(x -> x, items::iterator).join());
    calls.put("imap", pool -> assertThat(pool.imap(x -> x, items)).hasSize(20));
    calls.put(
        "imap of an iterable", pool -> assertThat(pool.imap(x -> x, items::iterator)).hasSize(20));
    calls.put("imapUnordered", pool -> assertThat(pool.imapUnordered(x -> x, items)).hasSize(20));
    calls.put("mapOutcomes", pool -> pool.mapOutcomes(x -> x, items));
    calls.put("imapOutcomes", pool -> assertThat(pool.imapOutcomes(x -> x, items)).hasSize(20));
    calls.put("starmap", pool -> pool.starmap((a, b) -> a, pairs.entrySet()));
    calls.put("starmapAsync", pool -> pool.starmapAsync((a, b) -> a, pairs.entrySet()).join());
    calls.put("forEach", pool -> pool.forEach(x -> {}, items));
    return calls;
  }

  @Test
  default void everyKindOfCallTellsItsProgressToTheEnd() {
    callsOfTwentyItems()
        .forEach(
            (kind, call) -> {
              HeardProgress heard = new HeardProgress();
              call.accept(heardBy(heard));
              HeardProgress.End end = heard.awaitEnd(1);
              assertThat(end.failure()).as(kind).isNull();
              assertThat(end.last().done()).as(kind).isEqualTo(20);
              assertThat(end.last().failed()).as(kind).isZero();
              assertThat(end.last().total()).as(kind).hasValue(20);
              assertThat(end.last().call().nested()).as(kind).isFalse();
              if (!kind.endsWith("iterable")) {
                assertThat(heard.starts.get(0).total()).as(kind).hasValue(20);
              }
              assertThat(heard.events.get(0)).as(kind).startsWith("started");
            });
  }

  @Test
  default void aCallOfOneTaskHasOneItem() {
    HeardProgress heard = new HeardProgress();
    heardBy(heard).apply(() -> 1);
    assertThat(heard.awaitEnd(1).last().done()).isEqualTo(1);
    heardBy(heard).applyAsync(() -> 1).join();
    assertThat(heard.awaitEnd(2).last().total()).hasValue(1);
    heardBy(heard).map(x -> x, List.of());
    assertThat(heard.awaitEnd(3).last().total()).hasValue(0);
  }

  @Test
  default void progressIsToldWhileAChunkIsUnderWay() throws InterruptedException {
    HeardProgress heard = new HeardProgress();
    Journal talk = journal();
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                heardBy(heard)
                    .with(o -> o.chunkSize(4))
                    .map(
                        x -> {
                          Thread.sleep(40);
                          if (x == 2) {
                            talk.hold("go on");
                          }
                          return x;
                        },
                        range(4)));
    heard.awaitDone(2);
    assertThat(heard.ends).isEmpty();
    assertThat(heard.states.get(0).total()).hasValue(4);
    talk.add("go on");
    assertThat(caller.result(SOON)).hasSize(4);
    assertThat(heard.awaitEnd(1).last().done()).isEqualTo(4);
  }

  @Test
  default void failedItemsAreCountedAsSuch() {
    HeardProgress heard = new HeardProgress();
    Mapper<Integer, Integer> failing = x -> 12 / (x - 3);
    heardBy(heard).mapOutcomes(failing, range(6));
    HeardProgress.End end = heard.awaitEnd(1);
    assertThat(end.failure()).isNull();
    assertThat(end.last().done()).isEqualTo(6);
    assertThat(end.last().failed()).isEqualTo(1);

    heardBy(heard).with(o -> o.retries(2)).mapOutcomes(failing, range(6));
    assertThat(heard.awaitEnd(2).last().failed()).isEqualTo(1);
    assertThat(heard.awaitEnd(2).last().done()).isEqualTo(6);

    Pool<Object, Object> oneByOne = heardBy(heard).with(o -> o.chunkSize(1));
    assertThatThrownBy(() -> oneByOne.map(failing, range(1_000))).isInstanceOf(TaskException.class);
    end = heard.awaitEnd(3);
    assertThat(end.failure()).isInstanceOf(TaskException.class);
    assertThat(end.last().failed()).isEqualTo(1);
    assertThat(end.last().done()).isLessThan(1_000);
    assertThat(end.last().total()).hasValue(1_000);

    assertThatThrownBy(() -> oneByOne.imap(failing, range(1_000)).toList())
        .isInstanceOf(TaskException.class);
    end = heard.awaitEnd(4);
    assertThat(end.failure()).isInstanceOf(TaskException.class);
    assertThat(end.last().done()).isLessThan(1_000);
  }

  @Test
  default void aCallThatIsStoppedSaysWhyItEnds() throws InterruptedException {
    HeardProgress heard = new HeardProgress();
    Mapper<Integer, Integer> sleeping =
        x -> {
          Thread.sleep(x == 0 ? 0 : 60_000);
          return x;
        };
    Pool<Object, Object> limited =
        heardBy(heard).with(o -> o.chunkSize(1).callTimeout(Duration.ofMillis(300)));
    assertThatThrownBy(() -> limited.map(sleeping, range(50)))
        .isInstanceOf(CallTimeoutException.class);
    HeardProgress.End end = heard.awaitEnd(1);
    assertThat(end.failure()).isInstanceOf(CallTimeoutException.class);
    assertThat(end.last().done()).isLessThan(50);

    limited.mapOutcomes(sleeping, range(50));
    end = heard.awaitEnd(2);
    assertThat(end.failure()).isInstanceOf(CallTimeoutException.class);
    assertThat(end.last().done()).isLessThan(50);

    Journal talk = journal();
    Caller<List<Integer>> caller =
        Caller.of(
            () ->
                heardBy(heard)
                    .map(
                        x -> {
                          talk.add("asleep");
                          Thread.sleep(60_000);
                          return x;
                        },
                        range(50)));
    talk.awaitEntry("asleep");
    caller.interrupt();
    caller.failure(SOON);
    end = heard.awaitEnd(3);
    assertThat(end.failure()).isInstanceOf(PoolInterruptedException.class);
    assertThat(end.last().done()).isZero();
  }

  @Test
  default void aCancelledFutureEndsItsProgress() {
    assumeTrue(runsAsync());
    HeardProgress heard = new HeardProgress();
    Journal talk = journal();
    CompletableFuture<List<Integer>> future =
        heardBy(heard)
            .mapAsync(
                x -> {
                  talk.add("asleep");
                  Thread.sleep(60_000);
                  return x;
                },
                range(3));
    talk.awaitEntry("asleep");
    future.cancel(true);
    HeardProgress.End end = heard.awaitEnd(1);
    assertThat(end.failure()).isInstanceOf(CancellationException.class);
    assertThat(end.last().done()).isZero();
  }

  @Test
  default void aStreamThatIsClosedEarlyEndsThere() {
    HeardProgress heard = new HeardProgress();
    List<Integer> first;
    try (Stream<Integer> stream = heardBy(heard).imap(x -> x, range(100_000))) {
      assertThat(heard.events).isEmpty();
      first = stream.limit(3).toList();
    }
    assertThat(first).containsExactly(0, 1, 2);
    HeardProgress.End end = heard.awaitEnd(1);
    assertThat(end.failure()).isNull();
    assertThat(end.last().done()).isBetween(3L, 99_999L);
    assertThat(end.last().total()).hasValue(100_000);
    try (Stream<Integer> neverRead = heardBy(heard).imap(x -> x, range(10))) {
      assertThat(neverRead).isNotNull();
    }
    heardBy(heard).apply(() -> 1);
    // Of the call in between nothing has been heard.
    assertThat(heard.awaitEnd(2).last().total()).hasValue(1);
  }
}
