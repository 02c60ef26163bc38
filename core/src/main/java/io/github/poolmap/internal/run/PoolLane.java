package io.github.poolmap.internal.run;

import io.github.poolmap.WorkerStartException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker slot of a pool: the thread that claims chunks from the dispatcher and has them executed.
 *
 * <pre>
 *   STARTING --open--> IDLE <--claim / finish--> BUSY
 *       \________________\__________________________\____> ENDED   (idle for long, shutdown, abandoned)
 * </pre>
 *
 * <p>The state belongs to the dispatcher and is guarded by its lock; the dispatcher starts lanes by
 * counting those that are idle or about to be.
 */
final class PoolLane<F> implements Lane<F>, Runnable {

  enum State {
    STARTING,
    IDLE,
    BUSY,
    ENDED;

    /** Free for a chunk, or about to be. */
    boolean isWaiting() {
      return this == STARTING || this == IDLE;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(PoolLane.class);

  private final Dispatcher<F> dispatcher;
  private final int slot;
  private final String name;
  private final ChunkExecutor<F> executor;
  private final boolean executesTasks;

  /** Guarded by the dispatcher's lock. */
  State state = State.BUSY;

  PoolLane(
      Dispatcher<F> dispatcher,
      int slot,
      String name,
      ChunkExecutor<F> executor,
      boolean executesTasks) {
    this.executesTasks = executesTasks;
    this.dispatcher = dispatcher;
    this.slot = slot;
    this.name = name;
    this.executor = executor;
  }

  int slot() {
    return slot;
  }

  @Override
  public String toString() {
    return name;
  }

  Thread newThread() {
    return new LaneThread(this, name, executesTasks);
  }

  @Override
  public void run() {
    try {
      while (makeReady()) {
        Chunk<F> chunk = dispatcher.take(this);
        if (chunk == null) {
          break;
        }
        executor.execute(chunk, run -> dispatcher.takeAhead(this, run));
        if (executor.isLost()) {
          break;
        }
      }
    } catch (Throwable t) {
      // A defect of the library: the lane is replaced, its calls must not wait for it.
      LOG.error("{}: lane ends by an internal error", name, t);
      dispatcher.laneBroke(this, t);
    } finally {
      try {
        executor.close();
      } finally {
        dispatcher.laneEnded(this);
      }
    }
  }

  /** Opens the executor when there is something to do for it; false if the lane is to end. */
  private boolean makeReady() {
    while (!executor.isOpen()) {
      if (!dispatcher.awaitClaimable(this)) {
        return false;
      }
      try {
        executor.open();
        dispatcher.startSucceeded();
      } catch (WorkerStartException e) {
        dispatcher.startFailed(this, e);
      }
    }
    return true;
  }

  @Override
  public @Nullable Runnable condemn(Run<F> run) {
    return executor.condemn(run);
  }

  @Override
  public boolean canBeAbandoned() {
    return true;
  }

  @Override
  public boolean abandon(Run<F> run) {
    if (!executor.abandon(run)) {
      return false;
    }
    if (dispatcher.laneEnded(this)) {
      LOG.warn(
          "{}: a task ignores its interrupt; its thread is left behind and replaced. It ends when the"
              + " task does.",
          name);
    }
    return true;
  }
}
