package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Whatever user code does, on either side, fails its own item and leaves the pool as it was. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileUserCodeTest {

  private static final Duration SOON = Duration.ofSeconds(8);
  private static final Duration GRACE = Duration.ofMillis(200);

  private ProcessPool<Object, Object> processes;
  private ThreadPool<Object, Object> threads;
  private Logs logs;

  @BeforeAll
  void open() {
    processes = ProcessPool.builder().workers(2).options(o -> o.gracePeriod(GRACE)).build();
    threads = ThreadPool.builder().workers(2).options(o -> o.gracePeriod(GRACE)).build();
  }

  @AfterAll
  void close() {
    processes.close();
    threads.close();
  }

  @BeforeEach
  void quieten() {
    logs = new Logs();
  }

  @AfterEach
  void thePoolsAreAsTheyWere() {
    logs.close();
    List<Integer> inputs = PoolUnderTest.range(100);
    assertThat(processes.map(x -> x, inputs)).isEqualTo(inputs);
    assertThat(threads.map(x -> x, inputs)).isEqualTo(inputs);
  }

  private static final class Speechless extends Exception {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new NullPointerException("no message");
    }

    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException("no cause");
    }
  }

  @Test
  void anExceptionWhoseOwnMethodsThrowIsReportedAllTheSame() {
    for (Pool<Object, Object> pool : List.of(processes, threads)) {
      assertThatThrownBy(
              () ->
                  pool.map(
                      x -> {
                        throw new Speechless();
                      },
                      List.of(1)))
          .isInstanceOf(TaskException.class)
          .hasMessageContaining(Speechless.class.getName());
    }
  }

  /** Fails with an Error, where a program expects exceptions at most. */
  private static final class Stubborn implements Serializable {
    private static final long serialVersionUID = 1L;

    private final boolean onlyToRead;

    Stubborn(boolean onlyToRead) {
      this.onlyToRead = onlyToRead;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      if (!onlyToRead) {
        throw new AssertionError("cannot be written");
      }
      out.defaultWriteObject();
    }

    private void readObject(ObjectInputStream in) {
      throw new AssertionError("cannot be read");
    }
  }

  @Test
  void errorsInWritingAndReadingObjectsFailTheirItemAlone() {
    assertThatThrownBy(() -> processes.map(x -> 1, List.of(new Stubborn(false))))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("input")
        .hasMessageContaining("cannot be written");
    assertThatThrownBy(() -> processes.map(x -> 1, List.of(new Stubborn(true))))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("input")
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> processes.map(x -> new Stubborn(false), List.of(1)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("result")
        .hasMessageContaining("cannot be written");
    assertThatThrownBy(() -> processes.map(x -> new Stubborn(true), List.of(1)))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("result")
        .hasMessageContaining("cannot be read");
  }

  private static final class NamelessKey implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
      throw new IllegalStateException("no name");
    }
  }

  @Test
  void theSearchForAFieldPathSurvivesKeysThatCannotBePrinted() {
    Map<Object, Object> captured = new HashMap<>();
    captured.put(new NamelessKey(), new Object());
    assertThatThrownBy(() -> processes.map(x -> captured.size(), List.of(1)))
        .isInstanceOf(NotSerializableTaskException.class)
        .hasMessageContaining("NamelessKey")
        .hasMessageContaining("java.lang.Object");
  }

  private static final CountDownLatch NEVER = new CountDownLatch(1);

  /** Blocks in the program, not in the worker, and does not heed interrupts. */
  private static final class Endless implements Serializable {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.defaultWriteObject();
      boolean released = false;
      while (!released) {
        try {
          released = NEVER.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException ignored) {
          released = false;
        }
      }
    }
  }

  @Test
  void anInputThatBlocksWhileItIsWrittenDoesNotKeepAnInterruptedCaller()
      throws InterruptedException {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).options(o -> o.gracePeriod(GRACE)).build()) {
      pool.map(x -> x, List.of(1));
      Caller<?> caller = Caller.of(() -> pool.map(x -> 1, List.of(new Endless())));
      caller.awaitWaiting();
      caller.interrupt();
      assertThat(caller.failure(SOON)).isInstanceOf(PoolInterruptedException.class);
      assertThat(pool.map(x -> x, List.of(1))).containsExactly(1);
    } finally {
      NEVER.countDown();
    }
  }

  @Test
  void aResultThatInterruptsItsReaderDoesNoHarm() {
    assertThat(processes.map(x -> new InterruptsItsReader(), PoolUnderTest.range(20))).hasSize(20);
  }

  private static final class InterruptsItsReader implements Serializable {
    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void interruptsThatComeTooLateHitNobody() {
    // Each item leaves somebody behind who interrupts its thread a little later.
    List<Integer> inputs = PoolUnderTest.range(60);
    for (Pool<Object, Object> pool : List.of(processes, threads)) {
      List<Integer> sizes =
          pool.with(o -> o.chunkSize(5))
              .map(
                  x -> {
                    Thread worker = Thread.currentThread();
                    Thread late =
                        new Thread(
                            () -> {
                              for (int i = 0; i < 50; i++) {
                                Thread.onSpinWait();
                                worker.interrupt();
                              }
                            });
                    late.setDaemon(true);
                    late.start();
                    return new byte[50_000].length;
                  },
                  inputs);
      assertThat(sizes).hasSize(60).containsOnly(50_000);
    }
  }

  @Test
  void aPrintStreamThatThrowsDoesNotStopTheTasksThatPrint() {
    PrintStream before = System.out;
    System.setOut(
        new PrintStream(before) {
          @Override
          public void write(byte[] bytes, int offset, int length) {
            throw new IllegalStateException("no output today");
          }
        });
    try {
      List<Integer> printed =
          processes.map(
              x -> {
                System.out.println("x".repeat(200_000));
                return x;
              },
              List.of(1, 2, 3));
      assertThat(printed).containsExactly(1, 2, 3);
    } finally {
      System.setOut(before);
    }
  }

  @Test
  void aStartStrategyThatThrowsFailsThePoolAfterABoundedNumberOfStarts() {
    AtomicInteger starts = new AtomicInteger();
    StartStrategy broken =
        new StartStrategy() {
          @Override
          public WorkerProcess start(WorkerSpec spec) {
            starts.incrementAndGet();
            throw new IllegalStateException("no workers today");
          }

          @Override
          public void release(WorkerProcess worker) {
            throw new AssertionError("there is none");
          }
        };
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(2).startStrategy(broken).build()) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> pool.map(x -> x, List.of(1, 2, 3)))
            .isInstanceOf(WorkerStartException.class)
            .hasMessageContaining("no workers today");
      }
      assertThat(starts.get()).isBetween(3, 6);
    }
  }

  @Test
  void taskThreadsLeftBehindInAWorkerDoNotKeepItsCallerWaiting(@TempDir Path folder)
      throws InterruptedException {
    Journal journal = new Journal(folder.resolve("journal"));
    Caller<?> caller =
        Caller.of(
            () ->
                processes.map(
                    x -> {
                      // Not a daemon: it keeps the JVM alive when nothing else does.
                      new Thread(
                              () -> {
                                while (!journal.contains("end")) {
                                  Thread.onSpinWait();
                                }
                              })
                          .start();
                      throw new Speechless();
                    },
                    List.of(1)));
    assertThat(caller.failure(SOON)).isInstanceOf(TaskException.class);
    journal.add("end");
  }
}
