package io.github.poolmap.internal.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The lanes beside those of a pool that calls from inside its tasks have: each such call has a
 * dispatcher with one lane, which ends with it.
 */
final class NestedLanes<F> {

  /** So long the thread of a nested call waits for more items of it before it ends. */
  private static final Duration IDLE = Duration.ofSeconds(1);

  private final String poolName;
  private final int firstIndex;
  private final Backend<F> backend;
  private final PoolEvents events;

  // Guarded by this.
  private final Set<Dispatcher<F>> dispatchers = new LinkedHashSet<>();
  private final BitSet occupied = new BitSet();

  /**
   * Makes none yet.
   *
   * @param firstIndex the lowest number of such a lane; those that have ended give theirs back
   */
  NestedLanes(String poolName, int firstIndex, Backend<F> backend, PoolEvents events) {
    this.poolName = poolName;
    this.firstIndex = firstIndex;
    this.backend = backend;
    this.events = events;
  }

  /** Returns where a nested call is carried out. */
  synchronized Stage<F> newStage() {
    int slot = occupied.nextClearBit(0);
    Dispatcher<F> dispatcher =
        new Dispatcher<>(poolName, 1, firstIndex + slot, IDLE, backend, events);
    dispatcher.whenOver(() -> forget(dispatcher, slot));
    occupied.set(slot);
    dispatchers.add(dispatcher);
    return new Stage.OfLanes<>(dispatcher, true);
  }

  private synchronized void forget(Dispatcher<F> dispatcher, int slot) {
    dispatchers.remove(dispatcher);
    occupied.clear(slot);
  }

  private synchronized List<Dispatcher<F>> dispatchers() {
    return new ArrayList<>(dispatchers);
  }

  /** Waits until no such lane is left. */
  void awaitLanes() throws InterruptedException {
    for (Dispatcher<F> dispatcher : dispatchers()) {
      dispatcher.awaitLanes();
    }
  }

  /** Waits until no such lane is left, at most until then. */
  void awaitLanesUntil(long nanoTime) throws InterruptedException {
    for (Dispatcher<F> dispatcher : dispatchers()) {
      dispatcher.awaitLanesUntil(nanoTime);
    }
  }
}
