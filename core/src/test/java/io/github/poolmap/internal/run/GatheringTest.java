package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

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
  private final Gathering gathering = new Gathering(lock);

  private boolean isUseful(BooleanSupplier few, LongSupplier read) throws InterruptedException {
    lock.lock();
    try {
      return gathering.await(few, read);
    } finally {
      lock.unlock();
    }
  }

  @Test
  void itIsInVainIfNothingComes() throws Exception {
    assertThat(isUseful(() -> true, () -> 7)).isFalse();
  }

  /** The reader waits for what there is, before it reads on. */
  @Test
  void itIsInVainIfNothingComesBehindABurst() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    assertThat(isUseful(() -> true, () -> looks.getAndIncrement() == 0 ? 0 : 64)).isFalse();
  }

  @Test
  void itIsOfUseAsLongAsInputsComeQuickly() throws Exception {
    AtomicInteger read = new AtomicInteger();
    assertThat(isUseful(() -> true, () -> read.addAndGet(50))).isTrue();
  }

  @Test
  void itEndsWhenThereAreEnough() throws Exception {
    AtomicBoolean few = new AtomicBoolean(true);
    CountDownLatch waits = new CountDownLatch(1);
    AtomicInteger read = new AtomicInteger();
    CompletableFuture<Boolean> useful =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return isUseful(
                    () -> {
                      waits.countDown();
                      return few.get();
                    },
                    () -> read.addAndGet(50));
              } catch (InterruptedException e) {
                throw new CompletionException(e);
              }
            });
    waits.await();
    lock.lock();
    try {
      few.set(false);
      gathering.end();
    } finally {
      lock.unlock();
    }
    assertThat(useful.get(10, TimeUnit.SECONDS)).isTrue();
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
    Call call = new Call(calls, "test", x -> x, inputs, MapOptions.defaults());
    try (Stream<Object> results = engine.imap(call, true)) {
      assertThat(results.mapToInt(x -> 1).sum()).isEqualTo(ITEMS);
    } finally {
      engine.shutdown();
      engine.awaitWorkers();
    }
    // It is 50 to 90, and 17 to 19 without.
    assertThat(ITEMS / chunks.get()).as("items a chunk").isGreaterThan(25);
  }
}
