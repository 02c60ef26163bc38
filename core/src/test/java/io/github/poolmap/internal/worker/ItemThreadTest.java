package io.github.poolmap.internal.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ItemThreadTest {

  private static final int ITEMS = 200_000;
  private static final int CHUNK = 7;
  private static final long CONDEMNED = -1;

  /** Stands for the item word: the position of the item that runs, or that it is condemned. */
  private final AtomicLong word = new AtomicLong();

  private final AtomicReference<String> fault = new AtomicReference<>();
  private volatile boolean over;
  private long stopped;

  @Test
  void ofManyItemsInARowEachOrderHitsTheOneThatItIsFor() throws Exception {
    ItemThread items = new ItemThread(this::executeAll, "items");
    items.start();
    long ordered = 0;
    while (!over) {
      long position = word.get();
      if (position > 0 && word.compareAndSet(position, CONDEMNED)) {
        items.interrupt(CHUNK, (int) position, () -> {});
        ordered++;
        LockSupport.parkNanos(20_000);
      }
    }
    items.join();
    assertThat(fault.get()).isNull();
    assertThat(ordered).isPositive();
    assertThat(stopped)
        .as("each was either heeded or seen before the item began")
        .isEqualTo(ordered);
  }

  private void executeAll() {
    ItemThread thread = (ItemThread) Thread.currentThread();
    try {
      for (int position = 1; position <= ITEMS; position++) {
        thread.enter(CHUNK, position);
        // The fence of the ledger.
        word.set(position);
        thread.begin();
        if (word.get() == CONDEMNED) {
          stopped++;
          continue;
        }
        for (int i = 0; i < 20; i++) {
          Thread.onSpinWait();
        }
        if (word.compareAndSet(position, 0)) {
          if (Thread.currentThread().isInterrupted()) {
            fault.compareAndSet(null, "item " + position + " has the interrupt of another one");
          }
          continue;
        }
        stopped++;
        awaitInterrupt(position);
      }
    } finally {
      thread.leave();
      if (thread.isInterrupted()) {
        fault.compareAndSet(null, "an interrupt is left over");
      }
      over = true;
    }
  }

  private void awaitInterrupt(int position) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!Thread.currentThread().isInterrupted()) {
      if (System.nanoTime() > end) {
        fault.compareAndSet(null, "the interrupt of item " + position + " never came");
        return;
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void outsideOfItemsInterruptsAreDropped() throws Exception {
    CountDownLatch outside = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicReference<Boolean> flag = new AtomicReference<>();
    ItemThread items =
        new ItemThread(
            () -> {
              ItemThread thread = (ItemThread) Thread.currentThread();
              thread.enterUnnamed();
              thread.leave();
              outside.countDown();
              try {
                interrupted.await();
                flag.set(thread.isInterrupted());
              } catch (InterruptedException e) {
                flag.set(true);
              }
            },
            "items");
    items.start();
    outside.await();
    items.interrupt();
    items.interrupt(ItemThread.START, 0, () -> fault.set("done for an item that has ended"));
    interrupted.countDown();
    items.join();
    assertThat(flag.get()).isFalse();
    assertThat(fault.get()).isNull();
  }
}
