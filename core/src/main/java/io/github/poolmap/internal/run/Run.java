package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.PoolInterruptedException;
import io.github.poolmap.TaskException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of a pool: its items, who has them, and what became of them.
 *
 * <h2>Life</h2>
 *
 * <pre>
 *   RUNNING --every item settled----------------------------> ENDED
 *      |                                                        ^
 *      +--first failure, interrupt, terminate--> STOPPING ------+  when no lane has a chunk on board
 * </pre>
 *
 * <p>STOPPING: no item starts any more, lanes are told to interrupt what runs, and after the grace
 * period to get rid of what still does. The first cause of a stop is the one that counts. Outcomes
 * that the stop brought about are not recorded; genuine failures still are, because the lowest is
 * thrown.
 *
 * <h2>Items</h2>
 *
 * <p>Items [0, claimed) have been claimed once; some of them may have come back ({@code returned}),
 * never begun. A claim serves those first, lowest index first.
 *
 * <p>Everything is guarded by the lock, which is that of the dispatcher; a run that its caller
 * executes itself has a lock of its own. No user code and no lane is called under it.
 *
 * @param <F> the form in which the pool's lanes need the function
 */
public final class Run<F> {

  private record Range(int from, int to, int fruitlessDeaths) implements Comparable<Range> {
    @Override
    public int compareTo(Range that) {
      return Integer.compare(from, that.from);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  /** How long after a lane could not be freed it is tried again. */
  private static final Duration NEXT_TRY = Duration.ofSeconds(1);

  private final String poolName;
  private final F function;
  private final MapOptions options;
  private final ChunkSizer sizer;
  private final int lanes;
  private final @Nullable Run<?> outer;
  private final ReentrantLock lock;
  private final Condition changed;
  private final Consumer<Run<F>> claimableAgain;
  private final Thread caller = Thread.currentThread();
  private final @Nullable ClassLoader contextClassLoader =
      Thread.currentThread().getContextClassLoader();

  private @Nullable Object[] inputs = new Object[16];
  private int size;
  private boolean inputEnded;

  private int claimed;
  private final PriorityQueue<Range> returned = new PriorityQueue<>();
  private final Map<Chunk<F>, Lane<F>> onBoard = new HashMap<>();

  private @Nullable Object[] results = new Object[16];
  private final TreeMap<Integer, ItemFailure> failures = new TreeMap<>();

  private volatile boolean stopped;
  private volatile boolean over;
  private @Nullable Supplier<RuntimeException> stopCause;
  private @Nullable Future<?> graceTimer;

  /** Whether the dispatcher has this run in its round; used by the dispatcher alone. */
  boolean inRound;

  /**
   * Makes a run.
   *
   * @param lock guards it
   * @param outer the run whose task makes this call, if a task does
   * @param claimableAgain called under the lock when items have come that a lane can claim
   */
  Run(
      String poolName,
      F function,
      MapOptions options,
      int lanes,
      ReentrantLock lock,
      @Nullable Run<?> outer,
      Consumer<Run<F>> claimableAgain) {
    this.poolName = poolName;
    this.function = function;
    this.options = options;
    this.sizer = new ChunkSizer(options.chunkSize(), lanes);
    this.lanes = lanes;
    this.lock = lock;
    this.changed = lock.newCondition();
    this.outer = outer;
    this.claimableAgain = claimableAgain;
  }

  public F function() {
    return function;
  }

  Duration gracePeriod() {
    return options.gracePeriod();
  }

  /** Tells whether no further item may start. */
  public boolean isStopped() {
    return stopped;
  }

  /** Returns the context class loader of the caller, which its tasks see too. */
  public @Nullable ClassLoader contextClassLoader() {
    return contextClassLoader;
  }

  /** The call returns to its caller. */
  void markOver() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /** Returns the thread that made this call. */
  Thread caller() {
    return caller;
  }

  /** Returns the run whose task made this call, or null. */
  @Nullable Run<?> outer() {
    return outer;
  }

  // ---- the caller's side

  /** Adds inputs; the array is not kept. */
  void append(@Nullable Object[] more) {
    lock.lock();
    try {
      int needed = Math.addExact(size, more.length);
      if (needed > inputs.length) {
        inputs = Arrays.copyOf(inputs, Math.max(needed, inputs.length + (inputs.length >> 1)));
        results = Arrays.copyOf(results, inputs.length);
      }
      System.arraycopy(more, 0, inputs, size, more.length);
      size = needed;
      claimableAgain.accept(this);
    } finally {
      lock.unlock();
    }
  }

  /** Says that no more inputs come. */
  void endInput() {
    lock.lock();
    try {
      inputEnded = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops the run for a cause outside its items; does nothing if it has ended or is stopping
   * already. Does not wait.
   *
   * @param cause makes the exception, in the thread of the caller
   */
  void stop(Supplier<RuntimeException> cause) {
    lock.lock();
    try {
      if (stopped || hasEnded()) {
        return;
      }
      stopCause = cause;
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    interruptLanes();
  }

  /** Waits until no lane has items of this run, interruptibly: an interrupt stops the run. */
  void awaitEnd() {
    boolean interrupted = false;
    lock.lock();
    try {
      while (!hasEnded()) {
        try {
          changed.await();
        } catch (InterruptedException e) {
          interrupted = true;
          lock.unlock();
          try {
            stop(this::interruption);
          } finally {
            lock.lock();
          }
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  PoolInterruptedException interruption() {
    return new PoolInterruptedException(poolName + ": interrupted while waiting for a call");
  }

  /** Waits for the end and returns the results or throws what ended the run. */
  List<Object> await() {
    awaitEnd();
    lock.lock();
    try {
      if (stopCause != null) {
        throw stopCause.get();
      }
      if (failures.isEmpty()) {
        return Collections.unmodifiableList(Arrays.asList(Arrays.copyOf(results, size)));
      }
    } finally {
      lock.unlock();
    }
    // Quiet from here on, and without the lock: describing the input runs user code.
    Map.Entry<Integer, ItemFailure> lowest = failures.firstEntry();
    TaskException thrown =
        lowest
            .getValue()
            .toException(lowest.getKey(), Descriptions.ofInput(inputs[lowest.getKey()]));
    throw thrown;
  }

  private boolean hasEnded() {
    return onBoard.isEmpty() && (stopped || (inputEnded && !isClaimable()));
  }

  private void signalIfEnded() {
    if (hasEnded()) {
      changed.signalAll();
      if (graceTimer != null) {
        graceTimer.cancel(false);
      }
    }
  }

  // ---- the lanes' side

  boolean isClaimable() {
    return !stopped && (claimed < size || !returned.isEmpty());
  }

  /** Returns how many chunks could be claimed now, at most. */
  int claimableChunks() {
    return stopped ? 0 : sizer.chunks(size - claimed) + returned.size();
  }

  /** Claims like {@link #claim}, for a lane that does not hold the lock. */
  @Nullable Chunk<F> claimLocked(Lane<F> lane) {
    lock.lock();
    try {
      return claim(lane);
    } finally {
      lock.unlock();
    }
  }

  /** Claims the next chunk for a lane; null if nothing can be claimed now. Needs the lock. */
  @Nullable Chunk<F> claim(Lane<F> lane) {
    if (!isClaimable()) {
      return null;
    }
    Range range = returned.poll();
    if (range == null) {
      int taken = sizer.next(size - claimed);
      range = new Range(claimed, claimed + taken, 0);
      claimed += taken;
    }
    Chunk<F> chunk = new Chunk<>(this, inputs, range.from, range.to, range.fruitlessDeaths);
    onBoard.put(chunk, lane);
    return chunk;
  }

  /**
   * Claims a chunk to be sent ahead of need; null unless hand-overs show in the time of this call,
   * and never among its last chunks, where an idle lane would do it sooner. Needs the lock.
   */
  @Nullable Chunk<F> claimAhead(Lane<F> lane) {
    int left = size - claimed;
    int next = left == 0 ? 0 : sizer.next(left);
    if (next == 0
        || !returned.isEmpty()
        || !sizer.handoverShows(next)
        || left / next <= 2 * lanes) {
      return null;
    }
    return claim(lane);
  }

  void failed(Chunk<F> chunk, int index, ItemFailure failure) {
    lock.lock();
    try {
      if (chunk.abandoned) {
        return;
      }
      failures.put(index, failure);
      if (stopped) {
        return;
      }
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    interruptLanes();
  }

  void giveBack(int from, int to) {
    lock.lock();
    try {
      returned.add(new Range(from, to, 0));
      claimableAgain.accept(this);
    } finally {
      lock.unlock();
    }
  }

  void finish(Chunk<F> chunk, long workerNanos, long handoverNanos, int fruitlessDeaths) {
    lock.lock();
    try {
      if (chunk.abandoned) {
        return;
      }
      onBoard.remove(chunk);
      int done = 0;
      int firstOpen = -1;
      for (int i = 0; i < chunk.size(); i++) {
        boolean open = !chunk.isSettled(i);
        if (!open) {
          results[chunk.from() + i] = chunk.value(i);
          done++;
        }
        if (open && firstOpen < 0) {
          firstOpen = i;
        } else if (!open && firstOpen >= 0) {
          returned.add(new Range(chunk.from() + firstOpen, chunk.from() + i, fruitlessDeaths));
          firstOpen = -1;
        }
      }
      if (firstOpen >= 0) {
        returned.add(
            new Range(chunk.from() + firstOpen, chunk.from() + chunk.size(), fruitlessDeaths));
      }
      sizer.report(done, workerNanos, handoverNanos);
      if (isClaimable()) {
        claimableAgain.accept(this);
      }
      signalIfEnded();
    } finally {
      lock.unlock();
    }
  }

  // ---- stopping

  /**
   * First step of a stop: what runs is condemned and interrupted, and the clock for the second
   * runs.
   */
  private void interruptLanes() {
    Set<Lane<F>> busy;
    lock.lock();
    try {
      busy = new LinkedHashSet<>(onBoard.values());
      armTimer(options.gracePeriod());
    } finally {
      lock.unlock();
    }
    // Even one that the second step has given up by now: its thread ends the sooner for it.
    for (Lane<F> lane : busy) {
      try {
        Runnable interrupt = lane.condemn(this);
        if (interrupt != null) {
          Interrupts.carryOut(interrupt);
        }
      } catch (RuntimeException | Error e) {
        LOG.error("{}: cannot interrupt a task, it will be given up", lane, e);
      }
    }
  }

  /** Plans the second step, unless there is nothing that it could do. */
  private void armTimer(Duration delay) {
    if (onBoard.values().stream().anyMatch(Lane::canBeAbandoned)) {
      graceTimer = Deadlines.after(delay, this::abandonLanes);
    }
  }

  /** Second step: the grace period is over. Repeated until no lane has items of this run. */
  private void abandonLanes() {
    for (Lane<F> lane : busyLanes()) {
      try {
        if (lane.abandon(this)) {
          disown(lane);
        }
      } catch (RuntimeException | Error e) {
        LOG.error("{}: cannot get rid of a task, trying again", lane, e);
      }
    }
    lock.lock();
    try {
      armTimer(NEXT_TRY);
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether this lane has items of this run. */
  boolean isOnBoard(Lane<F> lane) {
    return busyLanes().contains(lane);
  }

  /** Waits for the chunks of this lane no longer. */
  void disown(Lane<F> lane) {
    lock.lock();
    try {
      onBoard
          .entrySet()
          .removeIf(
              entry -> {
                if (entry.getValue() != lane) {
                  return false;
                }
                entry.getKey().abandoned = true;
                return true;
              });
      signalIfEnded();
    } finally {
      lock.unlock();
    }
  }

  private Set<Lane<F>> busyLanes() {
    lock.lock();
    try {
      return new LinkedHashSet<>(onBoard.values());
    } finally {
      lock.unlock();
    }
  }
}
