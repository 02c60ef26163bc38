package io.github.poolmap.internal.run;

import io.github.poolmap.WorkerStartException;
import java.util.concurrent.atomic.AtomicBoolean;
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
    ENDED
  }

  private static final Logger LOG = LoggerFactory.getLogger(PoolLane.class);

  private static final ThreadLocal<@Nullable PoolLane<?>> CURRENT = new ThreadLocal<>();

  private final Dispatcher<F> dispatcher;
  private final int slot;
  private final int index;
  private final String name;
  private final ChunkExecutor<F> executor;
  private final boolean executesTasks;
  private final LaneClock clock;

  /** Guarded by the dispatcher's lock. */
  State state = State.BUSY;

  /** Whether it has been called to come for work. Written under the dispatcher's lock. */
  volatile boolean called;

  /** Guarded by the dispatcher's lock: whether it has been called and has no worker yet. */
  boolean comesLate;

  /** Guarded by the dispatcher's lock: whether it is among the idle ones. */
  boolean parked;

  /** Guarded by the dispatcher's lock: since when it has its chunk, or starts. */
  long since;

  /** Guarded by the dispatcher's lock: how long its chunk was expected to take. */
  long expectedNanos;

  /** Guarded by the dispatcher's lock: whether its chunk is measured. */
  boolean measured;

  /** Guarded by the dispatcher's lock: whose chunk it got last; null where nobody counts that. */
  @Nullable Run<F> at;

  /**
   * Guarded by the dispatcher's lock: whether a worker has been started that it has not got yet.
   */
  boolean hasSuccessor;

  /** Guarded by the dispatcher's lock: whether its worker has ended a chunk. */
  boolean experienced;

  /** What it waits for when it has nothing to do. */
  final Doorbell work = new Doorbell();

  /** How it waits for that at first. Of the lane's thread alone. */
  final ShortWait shortWait = new ShortWait();

  /** Whether a worker has been started and not been told to have ended. */
  private final AtomicBoolean opened = new AtomicBoolean();

  // Of the lane's thread alone.
  private String workerName = "";
  private long pid;

  /** The thread, for those who measure it; null until it runs. */
  private volatile @Nullable Thread thread;

  /**
   * Makes a lane.
   *
   * @param slot its number in the dispatcher
   * @param index its number in the pool
   */
  PoolLane(
      Dispatcher<F> dispatcher,
      int slot,
      int index,
      String name,
      ChunkExecutor<F> executor,
      boolean executesTasks) {
    this.index = index;
    this.executesTasks = executesTasks;
    this.dispatcher = dispatcher;
    this.slot = slot;
    this.name = name;
    this.executor = executor;
    this.clock = meter().attach(index);
  }

  private PoolMeter meter() {
    return dispatcher.events().meter();
  }

  int slot() {
    return slot;
  }

  @Override
  public String toString() {
    return name;
  }

  /** Tells whether the calling thread is that of a lane. */
  static boolean isCurrent() {
    return CURRENT.get() != null;
  }

  /** Tells whether the calling thread is that of a lane which executes tasks in it. */
  static boolean isTaskThread() {
    PoolLane<?> lane = CURRENT.get();
    return lane != null && lane.executesTasks;
  }

  /** As {@link ChunkExecutor#recallAhead}. */
  boolean recallAhead(long age) {
    return executor.recallAhead(age);
  }

  @Override
  public boolean endsFirstChunk() {
    boolean first = !experienced;
    experienced = true;
    return first;
  }

  /** Tells whether there is a worker here. */
  boolean hasWorker() {
    return opened.get() && executor.isWorking();
  }

  /** Returns the thread that executes items at the moment; null if none does. */
  @Nullable Thread busyThread() {
    return state == State.BUSY ? thread : null;
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    CURRENT.set(this);
    try {
      while (makeReady()) {
        Chunk<F> chunk = dispatcher.take(this);
        if (chunk == null) {
          break;
        }
        chunk.taken(System.nanoTime(), clock);
        executor.execute(chunk, this::takeAhead);
        clock.released(System.nanoTime());
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
        close();
      } finally {
        CURRENT.remove();
        meter().detach(index, clock);
        dispatcher.laneEnded(this);
        OpenPools.sweep();
      }
    }
  }

  private @Nullable Chunk<F> takeAhead(Run<F> run) {
    Chunk<F> chunk = dispatcher.takeAhead(this, run);
    if (chunk != null) {
      chunk.takenAhead(System.nanoTime(), clock);
    }
    return chunk;
  }

  private void close() {
    clock.off(System.nanoTime());
    tellEnd();
    executor.close();
  }

  private void tellEnd() {
    if (opened.compareAndSet(true, false)) {
      String why = executor.isLost() ? "a task ignored its interrupt" : executor.whyEnded();
      dispatcher
          .events()
          .workerEnded(workerName, index, pid, why.isEmpty() ? "not needed any more" : why);
    }
  }

  /** Opens the executor when there is something to do for it; false if the lane is to end. */
  private boolean makeReady() {
    while (!executor.isOpen()) {
      clock.off(System.nanoTime());
      tellEnd();
      if (!dispatcher.awaitClaimable(this, executor.hasSuccessor())) {
        return false;
      }
      Object begun = dispatcher.events().begins(LaneObserver.Kind.START_UP);
      long start = System.nanoTime();
      clock.startsUp(start);
      try {
        executor.open();
        long ready = System.nanoTime();
        clock.ready(ready);
        workerName = executor.workerName();
        pid = executor.pid();
        meter().started(index, workerName);
        dispatcher
            .events()
            .started(begun, new LaneObserver.StartSpan(index, workerName, pid, start, ready, null));
        dispatcher.startSucceeded(this);
        dispatcher.events().workerStarted(workerName, index);
        opened.set(true);
      } catch (WorkerStartException e) {
        clock.off(System.nanoTime());
        dispatcher
            .events()
            .started(
                begun, new LaneObserver.StartSpan(index, name, 0, start, System.nanoTime(), e));
        dispatcher.startFailed(this, e);
      }
    }
    return true;
  }

  /** No work will come: whatever is done to be ready for it is to end. */
  void refuseToOpen() {
    Runnable interrupt = executor.refuseToOpen();
    if (interrupt != null) {
      Errands.run(interrupt);
    }
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
  public @Nullable UnderWay underWay(Chunk<F> chunk) {
    return executor.underWay(chunk);
  }

  @Override
  public @Nullable Runnable expire(Chunk<F> chunk, int position) {
    return executor.expire(chunk, position);
  }

  @Override
  public void giveUp(Chunk<F> chunk, int position) {
    Runnable rest = executor.giveUp(chunk, position);
    if (rest != null) {
      leaveBehind();
      Errands.run(rest);
    }
  }

  @Override
  public boolean abandon(Run<F> run) {
    if (!executor.abandon(run)) {
      return false;
    }
    leaveBehind();
    Errands.run(executor::closeForLost);
    return true;
  }

  private void leaveBehind() {
    meter().detach(index, clock);
    tellEnd();
    if (dispatcher.laneEnded(this)) {
      LOG.warn(
          "{}: a task ignores its interrupt; its thread is left behind and replaced. It ends when the"
              + " task does.",
          name);
    }
  }
}
