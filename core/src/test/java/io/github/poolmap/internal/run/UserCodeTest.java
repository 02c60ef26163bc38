package io.github.poolmap.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On threads that do not refuse interrupts by themselves, as virtual ones do not. */
@Timeout(30)
class UserCodeTest {

  private final UserCode userCode = new UserCode();
  private static final int POSITION = 5;

  private Object owner = new Object();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final AtomicBoolean mayLeave = new AtomicBoolean();

  /** Leaves user code when it may, and tells how, and whether it is interrupted then. */
  private final FutureTask<String> stretch =
      new FutureTask<>(
          () -> {
            if (owner instanceof Chunk<?> chunk) {
              userCode.enter(chunk, POSITION);
            } else {
              userCode.enterAnyway(owner);
            }
            entered.countDown();
            while (!mayLeave.get()) {
              Thread.onSpinWait();
            }
            return userCode.leave() + " " + Thread.currentThread().isInterrupted();
          });

  private final Thread thread = new Thread(stretch);

  private void enter() throws InterruptedException {
    thread.setDaemon(true);
    thread.start();
    entered.await();
  }

  private String leave() throws Exception {
    mayLeave.set(true);
    return stretch.get(10, TimeUnit.SECONDS);
  }

  @Test
  void leavingWaitsForAnInterruptOnItsWayAndTakesItAlong() throws Exception {
    enter();
    Runnable interrupt = userCode.condemn(owner);
    mayLeave.set(true);
    await().until(() -> thread.getState() == Thread.State.WAITING);
    assertThat(interrupt).isNotNull();
    interrupt.run();
    assertThat(leave()).isEqualTo("STOPPED false");
  }

  @Test
  void anInterruptThatHasComeIsTakenAlong() throws Exception {
    enter();
    Runnable interrupt = userCode.condemn(owner);
    assertThat(interrupt).isNotNull();
    interrupt.run();
    assertThat(leave()).isEqualTo("STOPPED false");
  }

  @Test
  void whatIsDoneForAnotherIsNotCondemned() throws Exception {
    enter();
    assertThat(userCode.condemn(new Object())).isNull();
    assertThat(leave()).isEqualTo("KEPT false");
    assertThat(userCode.condemn(owner)).isNull();
  }

  @Test
  void theInterruptOfSomebodyElseStays() throws Exception {
    enter();
    thread.interrupt();
    assertThat(leave()).isEqualTo("KEPT true");
  }

  /** The next item may have begun when the time of one is found to be over. */
  @Test
  void theTimeOfOneItemEndsNoOther() throws Exception {
    Chunk<?> chunk = chunk();
    owner = chunk;
    enter();
    assertThat(userCode.expire(chunk, POSITION - 1)).isNull();
    assertThat(userCode.expire(chunk(), POSITION)).isNull();
    Runnable interrupt = userCode.expire(chunk, POSITION);
    assertThat(interrupt).isNotNull();
    interrupt.run();
    assertThat(userCode.giveUp(chunk, POSITION - 1)).isFalse();
    assertThat(leave()).isEqualTo("EXPIRED false");
    assertThat(userCode.giveUp(chunk, POSITION)).isFalse();
  }

  private static Chunk<?> chunk() {
    Chunk<?> chunk = mock(Chunk.class);
    Run<?> run = mock(Run.class);
    doReturn(run).when(chunk).run();
    return chunk;
  }
}
