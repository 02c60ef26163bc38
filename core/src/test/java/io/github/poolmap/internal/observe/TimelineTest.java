package io.github.poolmap.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.PoolKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimelineTest {

  private final Timeline timeline = new Timeline(1_000);
  private final PoolTrack pool = timeline.watch("parsers", PoolKind.THREADS, 4);

  private Snapshot.Pool only() {
    assertThat(timeline.snapshot().pools()).hasSize(1);
    return timeline.snapshot().pools().get(0);
  }

  @Test
  void aPoolThatHasDoneNothingDoesNotShow() {
    assertThat(timeline.snapshot().pools()).isEmpty();
  }

  @Test
  void theSpansOfALaneAreInOrderAndTheLongerOneIsAroundTheShorter() {
    Span chunk = MadeUp.run("parsers-1", 10, 30, 1, 0, 2);
    Span inside = MadeUp.item("parsers-1", 10, 20, 0);
    Span before = MadeUp.startUp("parsers-1", 0, 10);
    pool.addItem(0, inside, "x");
    pool.add(0, chunk);
    pool.add(0, before);
    assertThat(only().lanes().get(0).spans()).containsExactly(before, chunk, inside);
  }

  @Test
  void aChunkIsAroundItsOnlyItem() {
    Span chunk = MadeUp.run("parsers-1", 10, 30, 1, 0, 1);
    Span item = MadeUp.item("parsers-1", 10, 30, 0);
    pool.addItem(0, item, "x");
    pool.add(0, chunk);
    assertThat(only().lanes().get(0).spans()).containsExactly(chunk, item);
  }

  @Test
  void lanesAreInTheOrderOfTheirSlots() {
    pool.add(2, MadeUp.run("parsers-3", 0, 1, 1, 0, 1));
    pool.add(0, MadeUp.run("parsers-1", 0, 1, 1, 1, 1));
    assertThat(only().lanes()).extracting(Snapshot.Lane::slot).containsExactly(0, 2);
  }

  @Test
  void eachThreadThatCallsASerialPoolIsALane() {
    PoolTrack serial = timeline.watch("plain", PoolKind.SERIAL, 1);
    serial.add(0, MadeUp.run("main", 0, 1, 1, 0, 1));
    serial.add(0, MadeUp.run("other", 0, 1, 1, 0, 1));
    serial.add(0, MadeUp.run("main", 1, 2, 1, 0, 1));
    List<Snapshot.Lane> lanes = only().lanes();
    assertThat(lanes).extracting(lane -> lane.totals().worker()).containsExactly("main", "other");
    assertThat(lanes).extracting(lane -> lane.totals().chunks()).containsExactly(2L, 1L);
  }

  @Test
  void threadsOfOneNameThatCallAtTheSameTimeAreLanesOfTheirOwn() throws InterruptedException {
    PoolTrack serial = timeline.watch("plain", PoolKind.SERIAL, 1);
    serial.add(0, MadeUp.run("caller", 0, 10, 1, 0, 1));
    inThread(() -> serial.add(0, MadeUp.run("caller", 5, 15, 1, 0, 1)));
    serial.add(0, MadeUp.run("caller", 10, 20, 1, 0, 1));
    assertThat(only().lanes())
        .extracting(lane -> lane.totals().chunks())
        .containsExactlyInAnyOrder(2L, 1L);
  }

  @Test
  void threadsOfOneNameThatComeOneAfterTheOtherShareALane() throws InterruptedException {
    PoolTrack serial = timeline.watch("plain", PoolKind.SERIAL, 1);
    for (int i = 0; i < 5; i++) {
      Span span = MadeUp.run("caller", 10 * i, 10 * i + 5, 1, 0, 1);
      inThread(() -> serial.add(0, span));
    }
    assertThat(only().lanes()).extracting(lane -> lane.totals().chunks()).containsExactly(5L);
  }

  @Test
  void threadsOfMoreAndMoreNamesDoNotGetMoreAndMoreLanes() throws InterruptedException {
    PoolTrack serial = timeline.watch("plain", PoolKind.SERIAL, 1);
    int threads = PoolTrack.MOST_NAMES + 100;
    for (int i = 0; i < threads; i++) {
      Span span = MadeUp.run("caller-" + i, i, i + 1, 1, 0, 1);
      inThread(() -> serial.add(0, span));
    }
    List<Snapshot.Lane> lanes = only().lanes();
    assertThat(lanes).hasSize(PoolTrack.MOST_NAMES + 1);
    assertThat(lanes.stream().mapToLong(lane -> lane.totals().chunks()).sum()).isEqualTo(threads);
    assertThat(lanes.get(PoolTrack.MOST_NAMES).totals().worker()).isEqualTo("caller-1099");
    assertThat(lanes.get(PoolTrack.MOST_NAMES).totals().workers()).isEqualTo(100);
  }

  private static void inThread(Runnable action) throws InterruptedException {
    Thread thread = new Thread(action);
    thread.start();
    thread.join();
  }

  @Test
  void whatAWorkerDidIsAddedUp() {
    pool.add(0, MadeUp.startUp("parsers-1", 0, 100));
    pool.add(0, MadeUp.handOver("parsers-1", 100, 101, 0, 10));
    pool.add(0, MadeUp.run("parsers-1", 101, 111, 0.7, 0, 10));
    pool.add(0, MadeUp.runUnknown("parsers-1", 120, 125, 10, 5));
    pool.add(0, MadeUp.failedRun("parsers-1", 130, 132, 15, 1));
    pool.add(0, MadeUp.crash("parsers-1", 132, 15));
    pool.add(0, MadeUp.retry("parsers-1", 132, 15));
    pool.add(0, MadeUp.startUp("parsers-1 again", 132, 140));
    Totals totals = only().lanes().get(0).totals();
    assertThat(totals)
        .isEqualTo(
            new Totals(
                "parsers-1 again",
                2,
                MadeUp.nanos(0),
                MadeUp.nanos(140),
                7_000_000,
                5_000_000,
                5_000_000,
                1_000_000,
                108_000_000,
                3,
                16,
                1,
                1,
                1));
  }

  @Test
  void aWorkerComputesNoLongerThanItHasAChunk() {
    // Two clocks are never quite alike.
    pool.add(0, MadeUp.run("parsers-1", 0, 10, 1.2, 0, 1));
    Totals totals = only().lanes().get(0).totals();
    assertThat(totals.computing()).isEqualTo(10_000_000);
    assertThat(totals.waiting()).isZero();
  }

  @Test
  void aSpanNeverEndsBeforeItStarts() {
    pool.add(0, MadeUp.handOver("parsers-1", 10, 9, 0, 1));
    assertThat(only().lanes().get(0).totals().handOver()).isZero();
  }

  @Test
  void whatComesWhenItIsFullIsCountedAndStillInTheSums() {
    for (int i = 0; i < 1_500; i++) {
      pool.addItem(0, MadeUp.item("parsers-1", i, i + 1, i), i);
    }
    Snapshot snapshot = timeline.snapshot();
    assertThat(snapshot.dropped()).isEqualTo(500);
    assertThat(only().lanes().get(0).spans()).hasSize(1_000);
    assertThat(only().end()).isEqualTo(MadeUp.nanos(1_500));
    assertThat(Arrays.stream(only().runTimes()).sum()).isEqualTo(1_500);
  }

  @Test
  void quickItemsCountAsLongAsTheyTookOnAverage() {
    pool.addItem(0, MadeUp.item("parsers-1", 0, 4, 0), "slow");
    pool.add(0, MadeUp.run("parsers-1", 0, 5, 1, 0, 11));
    long[] counts = only().runTimes();
    assertThat(counts[RunTimes.bucketOf(4_000_000)]).isEqualTo(1);
    assertThat(counts[RunTimes.bucketOf(100_000)]).isEqualTo(10);
    assertThat(Arrays.stream(counts).sum()).isEqualTo(11);
  }

  @Test
  void bucketsBeginAtOneTwoAndFive() {
    assertThat(RunTimes.bucketOf(0)).isZero();
    assertThat(RunTimes.bucketOf(1)).isZero();
    assertThat(RunTimes.startOf(RunTimes.bucketOf(1_999_999))).isEqualTo(1_000_000);
    assertThat(RunTimes.startOf(RunTimes.bucketOf(2_000_000))).isEqualTo(2_000_000);
    assertThat(RunTimes.startOf(RunTimes.bucketOf(5_000_000))).isEqualTo(5_000_000);
    assertThat(RunTimes.bucketOf(Long.MAX_VALUE)).isEqualTo(RunTimes.BUCKETS - 1);
  }

  @Test
  void theSlowestItemsAreKeptWithTheirInputs() {
    for (int i = 0; i < 100; i++) {
      int millis = 1 + (i * 37) % 100;
      pool.addItem(0, MadeUp.item("parsers-1", 0, millis, i), "input " + millis);
    }
    assertThat(only().slowest()).hasSize(SlowestItems.MOST);
    assertThat(only().slowest().get(0).describeInput()).isEqualTo("input 100");
    assertThat(only().slowest().get(SlowestItems.MOST - 1).describeInput()).isEqualTo("input 91");
  }

  @Test
  void anInputThatCannotBeDescribedIsNoReasonToFail() {
    Object hostile =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("no");
          }
        };
    pool.addItem(0, MadeUp.item("parsers-1", 0, 2, 0), hostile);
    pool.addItem(0, MadeUp.item("parsers-1", 2, 3, 1), null);
    assertThat(only().slowest().get(0).describeInput()).contains("IllegalStateException");
    assertThat(only().slowest().get(1).describeInput()).isEqualTo("null");
  }

  private static boolean isHollow(Snapshot.Pool pool) {
    return pool.lanes().isEmpty()
        || pool.lanes().stream().anyMatch(lane -> lane.totals().workers() == 0);
  }

  @Test
  void lanesAddAtOnceAndNothingIsLost() throws InterruptedException {
    Timeline large = new Timeline(6_000);
    PoolTrack busy = large.watch("busy", PoolKind.THREADS, 8);
    List<Thread> threads = new ArrayList<>();
    Queue<Snapshot.Pool> hollow = new ConcurrentLinkedQueue<>();
    for (int slot = 0; slot < 8; slot++) {
      int own = slot;
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  busy.addItem(own % 4, MadeUp.item("busy", i, i + 2, i), i);
                  if (i % 100 == 0) {
                    large.snapshot().pools().stream()
                        .filter(TimelineTest::isHollow)
                        .forEach(hollow::add);
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread each : threads) {
      each.join();
    }
    assertThat(hollow).isEmpty();
    Snapshot snapshot = large.snapshot();
    Snapshot.Pool seen = snapshot.pools().get(0);
    assertThat(seen.lanes()).hasSize(4);
    assertThat(seen.lanes().stream().mapToInt(lane -> lane.spans().size()).sum()).isEqualTo(6_000);
    assertThat(snapshot.dropped()).isEqualTo(2_000);
    assertThat(Arrays.stream(seen.runTimes()).sum()).isEqualTo(8_000);
  }
}
