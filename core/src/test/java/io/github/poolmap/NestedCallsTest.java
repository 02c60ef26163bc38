package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Tasks that call pools are stopped like any other, and so is what they call. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class NestedCallsTest {

  private static ThreadPool<Object, Object> threads(Duration grace) {
    return ThreadPool.builder().workers(2).options(o -> o.gracePeriod(grace).chunkSize(1)).build();
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "PROCESSES")
  void aTaskCanStillBeInterruptedAfterANestedCall(PoolKind nested) {
    AtomicBoolean interrupted = new AtomicBoolean();
    try (Pools pools = Pools.create();
        ThreadPool<Object, Object> pool = threads(Duration.ofSeconds(20))) {
      CountDownLatch nestedIsOver = new CountDownLatch(1);
      assertThatThrownBy(
              () ->
                  pool.map(
                      x -> {
                        if (x == 0) {
                          pools.pool(nested).map(y -> y, PoolUnderTest.range(10));
                          nestedIsOver.countDown();
                          try {
                            new CountDownLatch(1).await();
                          } catch (InterruptedException e) {
                            interrupted.set(true);
                          }
                          return 0;
                        }
                        nestedIsOver.await();
                        throw new IOException("the real bug");
                      },
                      List.of(0, 1)))
          .hasRootCauseInstanceOf(IOException.class);
      assertThat(interrupted).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "PROCESSES")
  void stoppingATaskStopsTheCallThatItMakes(PoolKind nested) {
    AtomicInteger done = new AtomicInteger();
    AtomicReference<Throwable> seen = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    try (Pools pools = Pools.create();
        ThreadPool<Object, Object> pool = threads(Duration.ofSeconds(20))) {
      CountDownLatch inside = new CountDownLatch(1);
      assertThatThrownBy(
              () ->
                  pool.map(
                      x -> {
                        if (x == 0) {
                          try {
                            return pools
                                .pool(nested)
                                .map(
                                    y -> {
                                      inside.countDown();
                                      // Computes until it is interrupted, and does not clear the
                                      // flag.
                                      while (!Thread.currentThread().isInterrupted()) {
                                        Thread.onSpinWait();
                                      }
                                      return done.incrementAndGet();
                                    },
                                    PoolUnderTest.range(25));
                          } catch (PoolInterruptedException e) {
                            flag.set(Thread.currentThread().isInterrupted());
                            seen.set(e);
                            throw e;
                          }
                        }
                        inside.await();
                        throw new IOException("the real bug");
                      },
                      List.of(0, 1)))
          .hasRootCauseInstanceOf(IOException.class);
    }
    assertThat(done).hasValue(1);
    assertThat(seen.get()).isInstanceOf(PoolInterruptedException.class);
    assertThat(flag).as("the interrupt flag inside the task").isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, mode = Mode.EXCLUDE, names = "PROCESSES")
  void recursionWithoutEndExhaustsTheStackAndHangsNobody(PoolKind kind) {
    try (Pools pools = Pools.create()) {
      Pool<Object, Object> pool = pools.pool(kind);
      assertThatThrownBy(() -> recurse(pool))
          .isInstanceOfAny(StackOverflowError.class, TaskException.class);
      assertThat(pool.map(x -> x, List.of(1, 2))).containsExactly(1, 2);
    }
  }

  private static Object recurse(Pool<Object, Object> pool) {
    return pool.map(x -> recurse(pool), List.of(1));
  }

  private static final AtomicReference<Pool<Object, Object>> TO_BE_CALLED = new AtomicReference<>();

  private static final class CallsItsPool implements Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      TO_BE_CALLED.get().apply(() -> 1);
    }
  }

  @Test
  void anInputThatCallsItsOwnProcessPoolWhileItIsWrittenFailsInsteadOfWaitingForItself() {
    try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      TO_BE_CALLED.set(pool);
      assertThatThrownBy(() -> pool.map(x -> 1, List.of(new CallsItsPool())))
          .isInstanceOf(TaskException.class)
          .hasMessageContaining("cannot wait for worker processes");
      assertThat(pool.map(x -> x, List.of(1))).containsExactly(1);
    }
  }

  private static final class ClosesItsPool implements Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      TO_BE_CALLED.get().close();
    }
  }

  @Test
  void anInputThatClosesItsPoolWhileItIsWrittenDoesNotWaitForItself() {
    ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build();
    TO_BE_CALLED.set(pool);
    assertThat(pool.map(x -> 1, List.of(new ClosesItsPool()))).containsExactly(1);
    assertThat(pool.isClosed()).isTrue();
  }
}
