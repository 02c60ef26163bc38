package io.github.poolmap.internal.run;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Where the run of one call is carried out: by the lanes of a pool, or by the thread that makes the
 * call.
 *
 * @param <F> the form of the function
 */
abstract class Stage<F> {

  /** Guards the runs here. */
  abstract ReentrantLock lock();

  /** Returns how many lanes there may be. */
  abstract int lanes();

  /** Returns how many lanes share what there is: those that work, or are about to. */
  int lanesAtWork() {
    return lanes();
  }

  /** Items have come that a lane can claim. Called under the lock. */
  abstract void nowClaimable(Run<F> run);

  /** Tells whether the thread that reads the results has to execute the items, too. */
  abstract boolean isCaller();

  /** Lets the run be claimed from. Pairs with {@link #leave}. */
  abstract void enter(Run<F> run);

  /** The run is over: nothing more of it is claimed. */
  abstract void leave(Run<F> run);

  /** Has the calling thread execute what can be claimed, if items are its business. */
  abstract void work(Run<F> run);

  /** Waits until nothing of the run is under way, doing its items if that is this thread's job. */
  abstract void awaitEnd(Run<F> run);

  /** Sees that nobody waits for the calling thread, which will not come for items any more. */
  abstract void resign(Run<F> run);

  /** The lanes of a pool. */
  static final class OfLanes<F> extends Stage<F> {

    private final Dispatcher<F> dispatcher;
    private final boolean own;

    /**
     * Makes a stage.
     *
     * @param own whether the dispatcher is for this run alone, and ends with it
     */
    OfLanes(Dispatcher<F> dispatcher, boolean own) {
      this.dispatcher = dispatcher;
      this.own = own;
    }

    @Override
    ReentrantLock lock() {
      return dispatcher.lock();
    }

    @Override
    int lanes() {
      return dispatcher.lanes();
    }

    @Override
    int lanesAtWork() {
      return dispatcher.lanesAtWork();
    }

    @Override
    void nowClaimable(Run<F> run) {
      dispatcher.nowClaimable(run);
    }

    @Override
    boolean isCaller() {
      return false;
    }

    @Override
    void enter(Run<F> run) {
      dispatcher.enter(run);
    }

    @Override
    void leave(Run<F> run) {
      dispatcher.leave(run);
      if (own) {
        dispatcher.shutdown();
      }
    }

    @Override
    void work(Run<F> run) {}

    @Override
    void awaitEnd(Run<F> run) {
      dispatcher.awaitSoon(() -> run.isQuiet() || Thread.currentThread().isInterrupted());
      run.awaitEnd();
    }

    @Override
    void resign(Run<F> run) {}
  }
}
