package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

/**
 * A lane goes from item to item of a chunk without leaving user code. What is meant for one item
 * must not hit another all the same, nor get lost between two.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class StayingInsideTest {

  private static final int ROUNDS = 4_000;
  private static final int MOST_MICROS = 120;

  /**
   * Calls are cancelled at any moment: while items follow each other quickly, and while one blocks
   * that only its interrupt ends. Each time the next call needs both threads, undisturbed.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void interruptOfStopIsNeitherLostNorHitsTheNextCall(boolean virtual) throws Exception {
    // Virtual threads have nothing but this protocol to keep stray interrupts off.
    assumeTrue(!virtual || Runtime.version().feature() >= 21);
    ThreadPool.Builder<Integer, Integer> builder = ThreadPool.builder();
    Random random = new Random(7);
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger hit = new AtomicInteger();
    try (ThreadPool<Integer, Integer> pool =
        (virtual ? builder.virtual() : builder)
            .workers(2)
            .options(o -> o.gracePeriod(Duration.ofHours(1)).chunkSize(50))
            .build()) {
      Pool<Integer, Integer> oneByOne = pool.with(o -> o.chunkSize(1));
      List<Integer> items = IntStream.range(0, 100).boxed().toList();
      for (int round = 0; round < ROUNDS; round++) {
        int blocking = random.nextInt(60);
        CompletableFuture<List<Integer>> cancelled =
            pool.mapAsync(
                x -> {
                  if (x % 50 == blocking) {
                    never.await();
                  }
                  return x;
                },
                items);
        long until = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(random.nextInt(MOST_MICROS));
        while (System.nanoTime() < until) {
          Thread.onSpinWait();
        }
        cancelled.cancel(true);

        CyclicBarrier both = new CyclicBarrier(2);
        List<Integer> next =
            oneByOne.map(
                x -> {
                  if (Thread.currentThread().isInterrupted()) {
                    hit.incrementAndGet();
                  }
                  both.await(60, TimeUnit.SECONDS);
                  return -x;
                },
                List.of(1, 2));

        assertThat(next).as("round %d", round).containsExactly(-1, -2);
      }
      assertThat(hit).hasValue(0);
    }
  }

  /** A task that has been interrupted by a time limit is followed by others of its chunk. */
  @Test
  void interruptOfTimeLimitDoesNotHitTheItemsBehind() {
    CountDownLatch never = new CountDownLatch(1);
    List<Integer> interrupted = Collections.synchronizedList(new ArrayList<>());
    try (ThreadPool<Integer, Integer> pool =
        ThreadPool.<Integer, Integer>builder()
            .workers(2)
            .options(o -> o.chunkSize(10).taskTimeout(Duration.ofMillis(5)))
            .build()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool.mapOutcomes(
              x -> {
                if (Thread.currentThread().isInterrupted()) {
                  interrupted.add(x);
                }
                if (x % 10 == 3) {
                  never.await();
                }
                return x;
              },
              IntStream.range(0, 200).boxed().toList());

      assertThat(interrupted).isEmpty();
      assertThat(outcomes)
          .allSatisfy(
              outcome -> {
                if (outcome.input() % 10 == 3) {
                  assertThat(outcome.failure()).isInstanceOf(TaskTimeoutException.class);
                } else if (!outcome.isSuccess()) {
                  // A busy machine may have held it up for its whole time.
                  assertThat(outcome.duration()).isGreaterThanOrEqualTo(Duration.ofMillis(5));
                }
              });
    }
  }

  @Test
  void nothingThatAnItemLeavesIsSeenByTheNextOfItsChunk() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    try (ThreadPool<Integer, String> pool =
        ThreadPool.<Integer, String>builder().workers(2).options(o -> o.chunkSize(100)).build()) {
      List<String> seen =
          pool.map(
              x -> {
                Thread current = Thread.currentThread();
                String found =
                    current.isInterrupted()
                        + " "
                        + (current.getContextClassLoader() == loader)
                        + " "
                        + MDC.get("left");
                current.interrupt();
                current.setContextClassLoader(new ClassLoader(loader) {});
                MDC.put("left", "by " + x);
                return found;
              },
              IntStream.range(0, 1_000).boxed().toList());

      assertThat(seen).containsOnly("false true null");
    }
  }

  /** What the interrupt of a stop has done to an item is not its outcome. */
  @Test
  void anItemThatSwallowsTheInterruptOfAStopHasNoResult() {
    CountDownLatch never = new CountDownLatch(1);
    try (ThreadPool<Integer, Boolean> pool =
        ThreadPool.<Integer, Boolean>builder()
            .workers(1)
            .options(o -> o.chunkSize(10).gracePeriod(Duration.ofHours(1)))
            .build()) {
      List<Outcome<Integer, Boolean>> outcomes =
          pool.with(o -> o.callTimeout(Duration.ofMillis(300)))
              .mapOutcomes(
                  x -> {
                    try {
                      return x < 6 || never.await(1, TimeUnit.HOURS);
                    } catch (InterruptedException swallowed) {
                      return true;
                    }
                  },
                  IntStream.range(0, 10).boxed().toList());

      assertThat(outcomes.subList(0, 6)).allMatch(Outcome::isSuccess);
      assertThat(outcomes.subList(6, 10))
          .allSatisfy(
              outcome -> assertThat(outcome.failure()).isInstanceOf(CallTimeoutException.class));
    }
  }

  /** The thread of a deaf item is given up in the middle of its chunk. */
  @Test
  void itemsBeforeOneThatIsGivenUpKeepTheirResults() {
    CountDownLatch end = new CountDownLatch(1);
    try (ThreadPool<Integer, Integer> pool =
        ThreadPool.<Integer, Integer>builder()
            .workers(1)
            .options(o -> o.chunkSize(10).gracePeriod(Duration.ofMillis(10)))
            .build()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool.with(o -> o.callTimeout(Duration.ofMillis(300)))
              .mapOutcomes(
                  x -> {
                    while (x == 6 && end.getCount() > 0) {
                      Thread.onSpinWait();
                    }
                    return -x;
                  },
                  IntStream.range(0, 20).boxed().toList());

      assertThat(outcomes.subList(0, 6))
          .allSatisfy(outcome -> assertThat(outcome.value()).isEqualTo(-outcome.input()));
      assertThat(outcomes.subList(6, 20))
          .allSatisfy(
              outcome -> assertThat(outcome.failure()).isInstanceOf(CallTimeoutException.class));
      assertThat(outcomes.get(6).attempts()).isEqualTo(1);
      assertThat(outcomes.subList(7, 20))
          .allSatisfy(outcome -> assertThat(outcome.attempts()).isZero());
    } finally {
      end.countDown();
    }
  }
}
