package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ThreadSamplerTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final ThreadSampler sampler =
      new ThreadSampler(Runtime.getRuntime().availableProcessors());
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicBoolean ended = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void endThreads() throws InterruptedException {
    ended.set(true);
    end.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private Thread start(Runnable action) {
    LaneThread thread =
        new LaneThread(
            () -> {
              LaneThread self = (LaneThread) Thread.currentThread();
              self.enterUserCode();
              action.run();
              self.leaveUserCode();
            },
            "sampled",
            true);
    threads.add(thread);
    thread.start();
    return thread;
  }

  private void waitForTheEnd() {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void compute() {
    while (!ended.get()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aThreadIsMeasuredFromItsSecondSampleOn() {
    Thread waiting = start(this::waitForTheEnd);
    await().atMost(SOON).until(() -> waiting.getState() == Thread.State.WAITING);
    assertThat(sampler.sample(threads).threads()).isZero();
    ThreadSampler.Sample second = sampler.sample(threads);
    assertThat(second.threads()).isEqualTo(1);
    assertThat(second.waiting()).isEqualTo(1);
    assertThat(second.share()).isLessThan(0.5);
  }

  @Test
  void aThreadThatWaitsOutsideOfUserCodeDoesNotCountAsWaiting() {
    LaneThread idle = new LaneThread(this::waitForTheEnd, "sampled", true);
    threads.add(idle);
    idle.start();
    await().atMost(SOON).until(() -> idle.getState() == Thread.State.WAITING);
    sampler.sample(threads);
    assertThat(sampler.sample(threads).waiting()).isZero();
  }

  @Test
  void whatAThreadComputedBeforeTheSeriesDoesNotCount() {
    long until = System.nanoTime() + 50_000_000;
    Thread both =
        start(
            () -> {
              while (System.nanoTime() < until) {
                Thread.onSpinWait();
              }
              waitForTheEnd();
            });
    await().atMost(SOON).until(() -> both.getState() == Thread.State.WAITING);
    sampler.sample(threads);
    sampler.forget();
    for (int i = 0; i < 3; i++) {
      ThreadSampler.Sample sample = sampler.sample(threads);
      assertThat(sample.waiting()).isEqualTo(sample.threads());
      assertThat(sample.share()).isLessThan(0.5);
    }
  }

  @Test
  void aThreadThatIsDeniedACoreDoesNotWait() {
    for (int i = 0; i < 8 * Runtime.getRuntime().availableProcessors(); i++) {
      start(this::compute);
    }
    sampler.sample(threads);
    AtomicBoolean measured = new AtomicBoolean();
    await()
        .atMost(SOON)
        .until(
            () -> {
              ThreadSampler.Sample sample = sampler.sample(threads);
              assertThat(sample.waiting()).isZero();
              return sample.threads() == threads.size() && measured.getAndSet(true);
            });
  }
}
