package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.poolmap.MapOptions;
import io.github.poolmap.Mapper;
import io.github.poolmap.PoolKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * The interrupt of a stop comes at each of the moments between two items of a chunk, which last for
 * some nanoseconds: the thread of the lane holds on there until it has come.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class BetweenItemsTest {

  private static final String NAME = "poolmap-between";

  private final Calls calls = new Calls(NAME, null);
  private final CompletableFuture<CompletableFuture<List<Object>>> call = new CompletableFuture<>();
  private final List<String> begun = Collections.synchronizedList(new ArrayList<>());

  /** At which of its methods the thread of the lane holds on next. */
  private enum Moment {
    LOOK_FOR_INTERRUPT,
    LOOK_AT_LOADER
  }

  private final AtomicReference<Moment> next = new AtomicReference<>();

  /** Does not refuse interrupts as a {@link LaneThread} does. */
  private final class Holding extends Thread {

    Holding(Runnable lane, String name) {
      super(lane, name);
      setDaemon(true);
    }

    @Override
    public boolean isInterrupted() {
      holdOn(Moment.LOOK_FOR_INTERRUPT);
      return super.isInterrupted();
    }

    @Override
    public ClassLoader getContextClassLoader() {
      holdOn(Moment.LOOK_AT_LOADER);
      return super.getContextClassLoader();
    }

    private void holdOn(Moment here) {
      if (Thread.currentThread() == this && next.compareAndSet(here, null)) {
        CompletableFuture<List<Object>> future = call.join();
        new Thread(() -> future.cancel(true)).start();
        while (!super.isInterrupted()) {
          Thread.onSpinWait();
        }
      }
    }
  }

  private Engine<?> engine;

  @BeforeEach
  void open() {
    ThreadBackend threads = ThreadBackend.platform((kind, index) -> new NoScope());
    engine =
        Engine.on(
            NAME,
            1,
            Duration.ofSeconds(10),
            new Backend<Mapper<Object, Object>>() {

              @Override
              public PoolKind kind() {
                return threads.kind();
              }

              @Override
              public Mapper<Object, Object> prepare(Mapper<Object, Object> mapper) {
                return mapper;
              }

              @Override
              public ChunkExecutor<Mapper<Object, Object>> newExecutor(int slot, String laneName) {
                return threads.newExecutor(slot, laneName);
              }

              @Override
              public Thread newThread(int slot, Runnable lane, String name) {
                return new Holding(lane, name);
              }

              @Override
              public void refuseToOpen() {}

              @Override
              public void terminate() {}
            },
            List.of());
  }

  @AfterEach
  void close() throws InterruptedException {
    engine.shutdown();
    engine.awaitWorkers();
  }

  private Call call(Mapper<Object, Object> mapper, List<?> inputs) {
    return new Call(calls, "test", mapper, inputs, MapOptions.defaults().chunkSize(10));
  }

  /** Stops a call of ten items at that moment behind the first one. */
  private void stopAt(Moment moment) {
    List<String> journal = begun;
    AtomicReference<Moment> holdOnAt = next;
    call.complete(
        engine.mapAsync(
            call(
                x -> {
                  journal.add(x + (Thread.currentThread().isInterrupted() ? " interrupted" : ""));
                  if (x.equals(0)) {
                    holdOnAt.set(moment);
                  }
                  return x;
                },
                List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))));
    // The lane comes for the next call when it is done with this one.
    CountDownLatch never = new CountDownLatch(1);
    List<Object> undisturbed =
        engine.map(call(x -> never.await(1, TimeUnit.MILLISECONDS), List.of(1, 2)), true);
    assertThat(undisturbed).containsExactly(false, false);
  }

  @Test
  void anInterruptThatIsDroppedBetweenTwoItemsEndsTheChunk() {
    stopAt(Moment.LOOK_FOR_INTERRUPT);
    assertThat(begun).containsExactly("0");
  }

  @Test
  void anInterruptBehindTheLastLookHitsTheNextItemOfTheCall() {
    stopAt(Moment.LOOK_AT_LOADER);
    assertThat(begun).containsExactly("0", "1 interrupted");
  }
}
