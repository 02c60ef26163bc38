package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.poolmap.MapOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class GatheringTest {

  private static final String NAME = "poolmap-gathering";
  private static final int ITEMS = 1_000_000;

  private final Calls calls = new Calls(NAME, null);
  private final AtomicInteger chunks = new AtomicInteger();

  private final LaneObserver counting =
      new LaneObserver() {
        @Override
        public boolean isListening() {
          return true;
        }

        @Override
        public void ran(@Nullable Object begun, ChunkSpan chunk) {
          chunks.incrementAndGet();
        }
      };

  private final ReentrantLock lock = new ReentrantLock();
  private final Gathering brief = new Gathering(lock);

  /** Its parts do not end by themselves. */
  private final Gathering lasting = new Gathering(lock, TimeUnit.MINUTES.toNanos(10));

  private boolean isUseful(Gathering gathering, BooleanSupplier few, LongSupplier read)
      throws InterruptedException {
    lock.lock();
    try {
      return gathering.await(new InputFlow(read), few);
    } finally {
      lock.unlock();
    }
  }

  private boolean isUseful(InputFlow inputs, BooleanSupplier few) throws InterruptedException {
    lock.lock();
    try {
      return lasting.await(inputs, few);
    } finally {
      lock.unlock();
    }
  }

  private boolean join(InputFlow inputs, BooleanSupplier few) throws InterruptedException {
    lock.lock();
    try {
      lasting.join(inputs, few);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Something that waits, in a thread of its own. */
  @FunctionalInterface
  private interface Wait {
    boolean run() throws InterruptedException;
  }

  private static CompletableFuture<Boolean> inBackground(Wait wait) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return wait.run();
          } catch (InterruptedException e) {
            throw new CompletionException(e);
          }
        },
        task -> new Thread(task, "waits").start());
  }

  /** Lets the wait go on, until it is in vain or there is enough. */
  private void end(AtomicBoolean few) {
    lock.lock();
    try {
      few.set(false);
      lasting.end();
    } finally {
      lock.unlock();
    }
  }

  @Test
  void itIsInVainIfNothingComes() throws Exception {
    assertThat(isUseful(brief, () -> true, () -> 7)).isFalse();
    assertThat(brief.isUnderWay()).isFalse();
  }

  /** The reader waits for what there is, before it reads on. */
  @Test
  void itIsInVainIfNothingComesBehindABurst() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    assertThat(isUseful(brief, () -> true, () -> looks.getAndIncrement() == 0 ? 0 : 64)).isFalse();
    assertThat(looks).as("looks at either end of two parts").hasValue(4);
  }

  @Test
  void itIsOfUseAsLongAsInputsComeQuickly() throws Exception {
    AtomicInteger read = new AtomicInteger();
    assertThat(isUseful(brief, () -> true, () -> read.addAndGet(50))).isTrue();
    assertThat(read).as("inputs at either end of two parts").hasValue(200);
  }

  @Test
  void itEndsWhenThereAreEnoughAndSoDoesWhoJoined() throws Exception {
    AtomicBoolean few = new AtomicBoolean(true);
    CountDownLatch wait = new CountDownLatch(1);
    CountDownLatch joined = new CountDownLatch(1);
    InputFlow inputs = new InputFlow(new AtomicInteger()::getAndIncrement);
    CompletableFuture<Boolean> useful =
        inBackground(() -> isUseful(inputs, () -> looked(wait, few)));
    wait.await();
    CompletableFuture<Boolean> joins = inBackground(() -> join(inputs, () -> looked(joined, few)));
    joined.await();
    end(few);
    assertThat(useful.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(joins.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whoJoinedWaitsNoLongerThanWhoBegan() throws Exception {
    CountDownLatch wait = new CountDownLatch(1);
    CountDownLatch joined = new CountDownLatch(1);
    InputFlow inputs = new InputFlow(() -> 7);
    AtomicBoolean few = new AtomicBoolean(true);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread leader =
        new Thread(
            () -> {
              try {
                interrupted.complete(isUseful(inputs, () -> looked(wait, few)));
              } catch (InterruptedException e) {
                interrupted.completeExceptionally(e);
              }
            },
            "leads");
    leader.start();
    wait.await();
    CompletableFuture<Boolean> joins = inBackground(() -> join(inputs, () -> looked(joined, few)));
    joined.await();
    leader.interrupt();
    assertThat(joins.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(interrupted).failsWithin(Duration.ofSeconds(10));
  }

  /** They came in the moment its time was over. */
  @Test
  void itIsOfUseIfThereAreEnoughInTheEnd() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    AtomicInteger read = new AtomicInteger();
    BooleanSupplier few = () -> looks.getAndIncrement() == 0;
    assertThat(isUseful(brief, few, read::getAndIncrement)).isTrue();
  }

  @Test
  void itBeginsOnlyIfMoreInputsHaveComeSinceItLastCould() throws Exception {
    AtomicInteger read = new AtomicInteger();
    InputFlow inputs = new InputFlow(read::get);
    assertThat(brief.takeChoice(inputs)).isFalse();
    read.set(3);
    assertThat(brief.takeChoice(inputs)).isTrue();
    assertThat(brief.takeChoice(inputs)).isFalse();
    inputs.waited(false);
    assertThat(brief.takeChoice(inputs)).as("without new inputs none is left out").isFalse();
    read.set(4);
    assertThat(brief.takeChoice(inputs)).as("the time after one in vain").isFalse();
    read.set(5);
    assertThat(brief.takeChoice(inputs)).isTrue();
  }

  @Test
  void itDoesNotBeginWhileLanesWaitForOtherInputs() throws Exception {
    CountDownLatch wait = new CountDownLatch(1);
    AtomicBoolean few = new AtomicBoolean(true);
    InputFlow others = new InputFlow(() -> 7);
    InputFlow inputs = new InputFlow(() -> 7);
    CompletableFuture<Boolean> useful =
        inBackground(() -> isUseful(others, () -> looked(wait, few)));
    wait.await();
    lock.lock();
    try {
      assertThat(lasting.isFor(others)).isTrue();
      assertThat(lasting.isFor(inputs)).isFalse();
      assertThat(lasting.takeChoice(inputs)).isFalse();
    } finally {
      lock.unlock();
    }
    end(few);
    assertThat(useful.get(10, TimeUnit.SECONDS)).isFalse();
    assertThat(lasting.takeChoice(inputs)).isTrue();
  }

  private static boolean looked(CountDownLatch latch, AtomicBoolean few) {
    latch.countDown();
    return few.get();
  }

  @Test
  void itIsInVainIfItEndsForAnotherReason() throws Exception {
    AtomicBoolean few = new AtomicBoolean(true);
    CountDownLatch wait = new CountDownLatch(1);
    CompletableFuture<Boolean> useful =
        inBackground(() -> isUseful(lasting, () -> looked(wait, few), () -> 7));
    wait.await();
    end(few);
    assertThat(useful.get(10, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void itIsOverAfterAnInterrupt() {
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(InterruptedException.class)
        .isThrownBy(() -> isUseful(lasting, () -> true, () -> 7));
    assertThat(lasting.isUnderWay()).isFalse();
  }

  @Test
  void shortItemsThatAreReadOneByOneAreNotHandedOutAFewAtATime() throws Exception {
    Engine<?> engine =
        Engine.on(
            NAME,
            2,
            Duration.ofSeconds(10),
            ThreadBackend.platform((kind, index) -> new NoScope()),
            List.of(),
            counting);
    Iterable<Integer> inputs = () -> IntStream.range(0, ITEMS).iterator();
    try {
      // In the first call code is compiled, and chunks are not so small without waiting either.
      for (int i = 0; i < 2; i++) {
        chunks.set(0);
        Call call = new Call(calls, "test", x -> x, inputs, MapOptions.defaults());
        try (Stream<Object> results = engine.imap(call, true)) {
          assertThat(results.mapToInt(x -> 1).sum()).isEqualTo(ITEMS);
        }
      }
    } finally {
      engine.shutdown();
      engine.awaitWorkers();
    }
    // It is 20 to 60, beside busy loops and pinned to a core, too, and 5 to 7 without.
    assertThat(ITEMS / chunks.get()).as("items a chunk").isGreaterThan(12);
  }
}
