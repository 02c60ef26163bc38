package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class PoolsTest {

  private static final Duration SOON = Duration.ofSeconds(5);

  @ParameterizedTest
  @EnumSource(PoolKind.class)
  void everyKindMaps(PoolKind kind) {
    try (Pools pools = Pools.builder().workers(2).build()) {
      Pool<Object, Object> pool = pools.pool(kind);
      assertThat(pool.workers()).isEqualTo(kind == PoolKind.SERIAL ? 1 : 2);
      List<Integer> results = pool.map(x -> x * x, List.of(1, 4, 9));
      assertThat(results).containsExactly(1, 16, 81);
    }
  }

  @Test
  void theSameCallWorksOnEveryKindWithoutNamingTypes() {
    try (Pools pools = Pools.builder().workers(1).build()) {
      List<Double> serial = pools.serial().map(x -> Math.sqrt(x), List.of(1, 4, 9));
      List<Double> threads = pools.threads().map(x -> Math.sqrt(x), List.of(1, 4, 9));
      List<Double> processes = pools.processes().map(x -> Math.sqrt(x), List.of(1, 4, 9));
      assertThat(serial).containsExactly(1.0, 2.0, 3.0).isEqualTo(threads).isEqualTo(processes);
    }
  }

  @Test
  void byDefaultThereIsAWorkerForEachCore() {
    try (Pools pools = Pools.create()) {
      int cores = Runtime.getRuntime().availableProcessors();
      assertThat(pools.threads().workers()).isEqualTo(cores);
      assertThat(pools.processes().workers()).isEqualTo(cores);
      assertThat(pools.serial().workers()).isEqualTo(1);
    }
  }

  @Test
  void askingForAPoolStartsNothing() {
    // What other tests have left warm.
    Pools.releaseWarm();
    await().untilAsserted(() -> assertThat(threads()).isEmpty());
    try (Pools pools = Pools.create()) {
      pools.threads();
      pools.processes();
      pools.processes(3);
      assertThat(ProcessHandle.current().descendants()).isEmpty();
      assertThat(threads()).isEmpty();
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("poolmap-"))
        .toList();
  }

  @Test
  void handlesOfTheSameSizeShareTheirWorkers() {
    try (Pools pools = Pools.builder().workers(1).build()) {
      long first = pools.processes().apply(() -> ProcessHandle.current().pid());
      long second = pools.processes(1).apply(() -> ProcessHandle.current().pid());
      assertThat(second).isEqualTo(first).isNotEqualTo(ProcessHandle.current().pid());
    }
  }

  @Test
  void closingAHandleEndsThatHandleOnly() {
    try (Pools pools = Pools.create()) {
      Pool<Object, Object> one = pools.threads(1);
      Pool<Object, Object> other = pools.threads(1);
      Thread before = one.apply(Thread::currentThread);
      one.close();
      assertThat(one.isClosed()).isTrue();
      assertThatExceptionOfType(PoolClosedException.class).isThrownBy(() -> one.apply(() -> 1));
      assertThat(other.isClosed()).isFalse();
      Thread after = other.apply(Thread::currentThread);
      assertThat(after).isSameAs(before);
    }
  }

  @Test
  void closingThePoolsClosesAllHandlesAfterTheirCalls() throws InterruptedException {
    Pools pools = Pools.create();
    Pool<Object, Object> handle = pools.threads(1);
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Caller<String> call =
        Caller.of(
            () ->
                handle.apply(
                    () -> {
                      started.countDown();
                      goOn.await();
                      return "done";
                    }));
    started.await();
    Caller<Void> closer = Caller.doing(pools::close);
    closer.awaitWaiting();
    assertThat(handle.isClosed()).isTrue();
    assertThatExceptionOfType(PoolClosedException.class).isThrownBy(pools::serial);
    assertThatExceptionOfType(PoolClosedException.class).isThrownBy(() -> handle.apply(() -> 1));
    goOn.countDown();
    assertThat(call.result(SOON)).isEqualTo("done");
    closer.result(SOON);
    pools.close();
    pools.terminate();
  }

  @Test
  void terminatingAHandleStopsItsOwnCallsOnly() throws InterruptedException {
    try (Pools pools = Pools.create()) {
      Pool<Object, Object> one = pools.threads(2);
      Pool<Object, Object> other = pools.threads(2);
      CountDownLatch started = new CountDownLatch(2);
      CountDownLatch goOn = new CountDownLatch(1);
      Task<Integer> task =
          () -> {
            started.countDown();
            goOn.await();
            return 1;
          };
      Caller<Integer> stopped = Caller.of(() -> one.apply(task));
      Caller<Integer> spared = Caller.of(() -> other.apply(task));
      started.await();
      one.terminate();
      assertThat(stopped.failure(SOON)).isInstanceOf(PoolClosedException.class);
      assertThat(spared.isBusy()).isTrue();
      goOn.countDown();
      assertThat(spared.result(SOON)).isEqualTo(1);
    }
  }

  @Test
  void terminatingThePoolsStopsTheCallsOfAllHandles() throws InterruptedException {
    Pools pools = Pools.create();
    CountDownLatch started = new CountDownLatch(2);
    Task<Integer> sleeping =
        () -> {
          started.countDown();
          Thread.sleep(60_000);
          return 1;
        };
    Caller<Integer> one = Caller.of(() -> pools.threads(1).apply(sleeping));
    Caller<Integer> other = Caller.of(() -> pools.threads(2).apply(sleeping));
    started.await();
    pools.terminate();
    assertThat(one.failure(SOON)).isInstanceOf(PoolClosedException.class);
    assertThat(other.failure(SOON)).isInstanceOf(PoolClosedException.class);
  }

  @Test
  void sizesAreChecked() {
    try (Pools pools = Pools.create()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pools.threads(0))
          .withMessageContainingAll("workers = 0", "1 to 10000");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pools.processes(1025))
          .withMessageContainingAll("workers = 1025", "1 to 1024");
      assertThatNullPointerException().isThrownBy(() -> pools.pool(null));
    }
  }

  @Test
  void silentFallbackHidesASlowDownSoThereIsNoneUnlessAskedFor(@TempDir Path noJdk) {
    String before = System.getProperty("java.home");
    System.setProperty("java.home", noJdk.toString());
    try (Pools strict = Pools.create();
        Pools lenient = Pools.builder().processFallback(PoolKind.THREADS).build();
        Logs logs = new Logs()) {
      assertThat(Files.exists(noJdk.resolve("bin"))).isFalse();
      assertThatExceptionOfType(WorkerStartException.class)
          .isThrownBy(strict::processes)
          .withMessageContainingAll("child JVMs", noJdk.toString(), "processFallback");
      Pool<Object, Object> fallback = lenient.processes(2);
      long pid = fallback.apply(() -> ProcessHandle.current().pid());
      assertThat(pid).isEqualTo(ProcessHandle.current().pid());
      assertThat(logs.messages(Level.WARN))
          .singleElement()
          .asString()
          .contains("falling back to THREADS", noJdk.toString());
      lenient.processes(3);
      assertThat(logs.messages(Level.WARN)).hasSize(1);
    } finally {
      System.setProperty("java.home", before);
    }
  }

  @ParameterizedTest
  @EnumSource(value = PoolKind.class, names = "PROCESSES", mode = EnumSource.Mode.EXCLUDE)
  void theFallbackTakesOverWhatConcernsAllKinds(PoolKind kind, @TempDir Path noJdk) {
    String before = System.getProperty("java.home");
    System.setProperty("java.home", noJdk.toString());
    AtomicInteger initialized = new AtomicInteger();
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger attempts = new AtomicInteger();
    AtomicInteger carried = new AtomicInteger();
    PoolListener listener =
        new PoolListener() {
          @Override
          public void callStarted(Call call) {
            calls.incrementAndGet();
          }
        };
    try (Pools lenient = Pools.builder().processFallback(kind).build()) {
      Pool<Object, Object> fallback =
          lenient.processes(
              b ->
                  b.workers(2)
                      .name("mine")
                      .maxHeap(64 << 20)
                      .options(o -> o.retries(2).maxBytesInFlight(1_000))
                      .initializer(info -> initialized.incrementAndGet())
                      .listener(listener)
                      .carry(
                          new ContextCarrier() {
                            @Override
                            public Object capture() {
                              return "context";
                            }

                            @Override
                            public AutoCloseable attach(Object captured) {
                              return carried::incrementAndGet;
                            }
                          }));
      int answer =
          fallback.apply(
              () -> {
                if (attempts.incrementAndGet() < 3) {
                  throw new IllegalStateException("not yet");
                }
                return 7;
              });
      assertThat(answer).isEqualTo(7);
      // The next attempt may go to the other worker.
      assertThat(initialized.get()).isBetween(1, fallback.workers());
      assertThat(carried).hasValue(3);
      assertThat(fallback.stats().pool()).isEqualTo("mine");
      assertThat(fallback.workers()).isEqualTo(kind == PoolKind.SERIAL ? 1 : 2);
      await().atMost(Duration.ofSeconds(5)).until(() -> calls.get() == 1);
    } finally {
      System.setProperty("java.home", before);
    }
  }
}
