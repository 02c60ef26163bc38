package io.github.poolmap.internal.run;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is never held for long: who finds it taken looks again for a moment before it sleeps,
 * because to be woken takes many times as long as it has to wait.
 */
final class BriefLock extends ReentrantLock {

  private static final long serialVersionUID = 1L;

  /** A few microseconds; with one processor whoever holds it would only be kept from going on. */
  private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 1 ? 100 : 0;

  @Override
  public void lock() {
    for (int i = 0; i < LOOKS; i++) {
      if (tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    super.lock();
  }
}
