package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ThreadTimesTest {

  private static final Path OWN = Path.of("/proc/thread-self");
  private static final long MILLI = 1_000_000;

  private static long idOfThisThread() throws Exception {
    return Long.parseLong(Files.readSymbolicLink(OWN).getFileName().toString());
  }

  @Test
  void tellHowLongASleepingThreadHasComputed() throws Exception {
    assumeTrue(Files.isReadable(OWN.resolve("schedstat")), "a system that tells");
    AtomicLong id = new AtomicLong();
    CountDownLatch known = new CountDownLatch(1);
    CountDownLatch compute = new CountDownLatch(1);
    CountDownLatch computed = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              try {
                id.set(idOfThisThread());
                known.countDown();
                compute.await();
                for (long start = System.nanoTime(); System.nanoTime() - start < 100 * MILLI; ) {
                  Thread.onSpinWait();
                }
                computed.countDown();
                end.await();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    thread.start();
    known.await();
    ThreadTimes before = asleep(thread, id.get());
    compute.countDown();
    computed.await();
    ThreadTimes after = asleep(thread, id.get());
    end.countDown();
    thread.join();
    assertThat(before).isNotNull();
    assertThat(after).isNotNull();
    long run = after.computedNanos() - before.computedNanos();
    long queued = after.queuedNanos() - before.queuedNanos();
    // It had a processor or waited for one. What a hypervisor takes may count as neither.
    assertThat(run).isPositive().isLessThan(1_000 * MILLI);
    assertThat(run + queued).isGreaterThan(50 * MILLI);
    // The system may have it for a moment longer.
    await().until(() -> ThreadTimes.of(ProcessHandle.current().pid(), id.get()) == null);
  }

  /** Returns the times of a thread once it sleeps, and has been charged for all that it did. */
  private static ThreadTimes asleep(Thread thread, long id) {
    AtomicReference<ThreadTimes> last = new AtomicReference<>();
    await()
        .until(
            () -> {
              ThreadTimes now = ThreadTimes.of(ProcessHandle.current().pid(), id);
              ThreadTimes before = last.getAndSet(now);
              return thread.getState() == Thread.State.WAITING && Objects.equals(before, now);
            });
    return last.get();
  }

  @Test
  void areNotKnownOfAWorkerThatHasNotNamedItsThread() {
    assertThat(ThreadTimes.of(ProcessHandle.current().pid(), 0)).isNull();
  }

  @Test
  void areTheFirstTwoNumbers() {
    assertThat(ThreadTimes.in("12 345 6\n")).isEqualTo(new ThreadTimes(12, 345));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "12", "12 x 6", "a b c", "-"})
  void areNotKnownWhereTheSystemSaysSomethingElse(String line) {
    assertThat(ThreadTimes.in(line)).isNull();
  }
}
