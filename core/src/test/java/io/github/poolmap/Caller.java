package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;

/** A thread that makes one blocking call, for tests that have to do something meanwhile. */
final class Caller<V> {

  private final Thread thread;
  private volatile V result;
  private volatile Throwable failure;
  private volatile boolean flag;

  private Caller(Callable<V> call) {
    thread =
        new Thread(
            () -> {
              try {
                result = call.call();
              } catch (Throwable t) {
                failure = t;
              }
              flag = Thread.currentThread().isInterrupted();
            },
            "caller");
    thread.setDaemon(true);
  }

  static <V> Caller<V> of(Callable<V> call) {
    Caller<V> caller = new Caller<>(call);
    caller.thread.start();
    return caller;
  }

  static Caller<Void> doing(Runnable action) {
    return of(
        () -> {
          action.run();
          return null;
        });
  }

  void interrupt() {
    thread.interrupt();
  }

  boolean isBusy() {
    return thread.isAlive();
  }

  /** Waits until the call waits for its results. */
  void awaitWaiting() {
    Set<Thread.State> waiting = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);
    await().atMost(Duration.ofSeconds(10)).until(() -> waiting.contains(thread.getState()));
  }

  /** Whether the interrupt flag was set when the call had ended. */
  boolean hadFlag() {
    return flag;
  }

  V result(Duration limit) throws InterruptedException {
    awaitEnd(limit);
    assertThat(failure).isNull();
    return result;
  }

  Throwable failure(Duration limit) throws InterruptedException {
    awaitEnd(limit);
    assertThat(failure).as("the call returned %s", result).isNotNull();
    return failure;
  }

  private void awaitEnd(Duration limit) throws InterruptedException {
    thread.join(limit.toMillis());
    if (thread.isAlive()) {
      StackTraceElement[] stack = thread.getStackTrace();
      fail("the call still runs after %s, in %s", limit, Arrays.toString(stack));
    }
  }
}
