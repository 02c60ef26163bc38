package io.github.poolmap.internal.run;

/**
 * How long calls of a pool have been under way: time during which there was at least one. Safe for
 * use by many threads; to look at it takes no lock.
 */
final class CallClock {

  /** How it was when the last call began or ended. */
  private record State(int calls, long total, long since) {

    long at(long now) {
      // A look at the clock before the last change may come after it.
      return calls == 0 ? total : total + Math.max(0, now - since);
    }
  }

  private volatile State state = new State(0, 0, 0);

  synchronized void begin() {
    change(1);
  }

  synchronized void end() {
    change(-1);
  }

  private void change(int calls) {
    State before = state;
    long now = System.nanoTime();
    state = new State(before.calls() + calls, before.at(now), now);
  }

  /** Returns for how long calls had been under way by then, which is now or a moment ago. */
  long at(long now) {
    return state.at(now);
  }
}
