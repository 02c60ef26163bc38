package io.github.poolmap.internal.run;

import io.github.poolmap.CallTimeoutException;
import io.github.poolmap.MapOptions;
import io.github.poolmap.PoolInterruptedException;
import io.github.poolmap.internal.run.Deadlines.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of a pool: its items, who has them, and what became of them.
 *
 * <h2>Life</h2>
 *
 * <pre>
 *   RUNNING --every item settled----------------------------> ENDED
 *      |                                                        ^
 *      +--failure, interrupt, time limit, terminate--> STOPPING +  when no lane has a chunk on board
 * </pre>
 *
 * <p>STOPPING: no item starts any more, lanes are told to interrupt what runs, and after the grace
 * period to get rid of what still does. The first cause of a stop is the one that counts. Outcomes
 * that the stop brought about are not recorded; genuine failures still are, because the lowest is
 * thrown. Which failures stop a run is up to its {@link Sink}.
 *
 * <p>Which items can be claimed is up to {@link Claims}, whether a failed one is tried again to
 * {@link Attempts}, and how lanes are made to let go of a stopped run to {@link Eviction}.
 *
 * <p>Everything is guarded by the lock, which is that of the dispatcher; a run that its caller
 * executes itself has a lock of its own. No user code and no lane is called under it.
 *
 * @param <F> the form in which the pool's lanes need the function
 */
public final class Run<F> {

  /** How many chunks for each lane a stream reads ahead unless it is told. */
  private static final int CHUNKS_AHEAD = 4;

  private final Stage<F> stage;
  private final CallContext context;
  private final F function;
  private final Sink sink;
  private final MapOptions options;
  private final ChunkSizer sizer;
  private final ItemCost cost = new ItemCost();
  private final ReentrantLock lock;
  private final Condition changed;
  private final @Nullable ClassLoader contextClassLoader =
      Thread.currentThread().getContextClassLoader();
  private final UserCode reading = new UserCode();
  private final UserCode preparing = new UserCode();

  private final Claims claims;
  private final Attempts attempts;
  private final Eviction<F> eviction;
  private final InputFlow inputFlow;
  private final Map<Chunk<F>, Lane<F>> onBoard = new HashMap<>();
  private final Map<Items, Deadline> delays = new HashMap<>();

  private long failures;

  /** Whether the input has ended by itself, and not because the run was stopped. */
  private boolean readToEnd;

  private volatile boolean stopped;
  private volatile BooleanSupplier over = () -> false;
  private @Nullable StopCause stopCause;

  /**
   * The run whose task made this call; let go of at the end, or calls would form endless chains.
   */
  private volatile @Nullable Run<?> outer = UserCode.currentRun();

  private @Nullable Deadline callTimer;

  /** Written under the lock, read without. */
  private volatile boolean endTold;

  /** Whether its time counts. Guarded by the lock. */
  private boolean counted;

  private final List<Runnable> atEnd = new ArrayList<>();

  /** Whether the dispatcher has this run in its round; used by the dispatcher alone. */
  boolean inRound;

  /** How many lanes are at it, where that is counted; written by the dispatcher alone. */
  int lanesAtIt;

  /** How many lanes are called for it, if that is known; written by the dispatcher alone. */
  int usefulLanes = UsefulLanes.ALL;

  /** Whether all lanes are to be called, whatever is known; used by the dispatcher alone. */
  boolean needsAllLanes;

  /**
   * Makes a run.
   *
   * @param stage where it is carried out
   * @param context what is known of the call
   * @param sink keeps the outcomes
   */
  Run(Stage<F> stage, CallContext context, F function, Sink sink) {
    this.stage = stage;
    this.context = context;
    this.function = function;
    this.sink = sink;
    this.options = context.options();
    this.sizer =
        new ChunkSizer(
            options.chunkSize(), options.maxInFlight(), stage::lanesAtWork, this::sharers);
    this.lock = stage.lock();
    this.changed = lock.newCondition();
    this.claims = new Claims(options, sink);
    this.inputFlow = new InputFlow(claims::read);
    this.attempts = new Attempts(options);
    this.eviction = new Eviction<>(this, lock, onBoard::values);
  }

  public F function() {
    return function;
  }

  Duration gracePeriod() {
    return options.gracePeriod();
  }

  /** Returns how long an item may take, zero if there is no limit. */
  public Duration taskTimeout() {
    return options.taskTimeout().orElse(Duration.ZERO);
  }

  /** Tells whether the items of a chunk behind one that failed are executed all the same. */
  public boolean goesOnAfterFailure() {
    return options.retries() > 0 || sink.onFailure() == Sink.OnFailure.GO_ON;
  }

  ReentrantLock lock() {
    return lock;
  }

  /** Is told of what readers and callers may wait for. */
  Condition changed() {
    return changed;
  }

  /** Returns which items can be claimed; used under the lock. */
  Claims claims() {
    return claims;
  }

  Stage<F> stage() {
    return stage;
  }

  /** Tells whether no further item may start. */
  public boolean isStopped() {
    return stopped;
  }

  /** Returns the context class loader of the caller, which its tasks see too. */
  public @Nullable ClassLoader contextClassLoader() {
    return contextClassLoader;
  }

  /** Returns the run whose task makes this call, if a task does and this run has not ended. */
  @Nullable Run<?> outer() {
    return outer;
  }

  CallContext context() {
    return context;
  }

  /** Tells whether somebody reads the outcomes at a pace of their own, maybe never. */
  boolean isStream() {
    return sink.isStream();
  }

  /** Returns what its items cost, as far as is known; used under the lock. */
  ItemCost cost() {
    return cost;
  }

  /** Returns what is executed when the input is read: user code of this run. */
  UserCode reading() {
    return reading;
  }

  /** Returns what is executed to make a worker of the calling thread: user code of this run. */
  UserCode preparing() {
    return preparing;
  }

  /** The call returns to its caller. */
  void markOver() {
    over = () -> true;
    endTime();
  }

  /** The call is over as soon as this is so. */
  void markOverWhen(BooleanSupplier condition) {
    over = condition;
  }

  /** Tells whether nothing of this run is under way any more. */
  boolean isQuiet() {
    return endTold;
  }

  boolean isOver() {
    return over.getAsBoolean();
  }

  /** Tells whether reading on is of no use: the whole call has been stopped. */
  boolean wantsNoMoreInput() {
    if (!stopped) {
      return false;
    }
    lock.lock();
    try {
      return readsNoMore();
    } finally {
      lock.unlock();
    }
  }

  /** Of a run that has been stopped: tells whether that ends its reading. */
  private boolean readsNoMore() {
    // Calls that tell what became of each item say it of those that were not read yet, too.
    return stopCause == null || stopCause.ofItems() == null || isFailFast();
  }

  /** Tells whether what stops the items stops the call. */
  boolean isFailFast() {
    return sink.onFailure() != Sink.OnFailure.GO_ON;
  }

  /** Has something done, once, when nothing of this run is under way any more. */
  void whenEnded(Runnable action) {
    lock.lock();
    try {
      if (!endTold) {
        atEnd.add(action);
        return;
      }
    } finally {
      lock.unlock();
    }
    action.run();
  }

  // ---- the caller's side

  /** The time of the call begins. */
  void begin() {
    lock.lock();
    try {
      if (!endTold) {
        counted = true;
        callClock().begin();
      }
      if (!stopped) {
        options
            .callTimeout()
            .ifPresent(limit -> callTimer = Deadlines.after(limit, () -> stop(callTimeout(limit))));
      }
    } finally {
      lock.unlock();
    }
  }

  private StopCause callTimeout(Duration limit) {
    return StopCause.ofItems(
        () ->
            new CallTimeoutException(
                context.poolName() + ": the call took longer than its time limit of " + limit,
                limit));
  }

  /** Takes all inputs at once. */
  void appendAll(Inputs inputs) {
    lock.lock();
    try {
      claims.readAll(inputs);
      sink.expect(inputs.size());
      stage.nowClaimable(this);
    } finally {
      lock.unlock();
    }
  }

  /** Adds one input. */
  void append(@Nullable Object input) {
    lock.lock();
    try {
      claims.read(input);
      if (isClaimable()) {
        stage.nowClaimable(this);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until fewer inputs wait than may be under way, if that has a bound; so that what is read
   * from an endless source does not pile up.
   */
  void awaitRoom() {
    if (options.maxInFlight().isEmpty() || stage.isCaller()) {
      return;
    }
    lock.lock();
    try {
      while (!stopped && claims.underWay() >= options.maxInFlight().getAsInt()) {
        changed.await();
      }
    } catch (InterruptedException e) {
      // Whoever reads on sees the flag.
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Says that no more inputs come. */
  void endInput() {
    boolean endsNow;
    lock.lock();
    try {
      claims.endInput();
      readToEnd |= !stopped || !readsNoMore();
      changed.signalAll();
      endsNow = noticeEnd();
      if (isClaimable()) {
        // No lane has to wait for more.
        stage.nowClaimable(this);
      }
    } finally {
      lock.unlock();
    }
    tellEnd(endsNow);
  }

  /** Says that the input has failed, which stops the call. */
  void failInput(Throwable failure) {
    stop(StopCause.ofCall(() -> failure));
  }

  /**
   * Stops the run for a cause outside its items; does nothing if it has ended or is stopping
   * already. Does not wait.
   */
  void stop(StopCause cause) {
    if (startNoMore(cause)) {
      evict();
    }
  }

  /**
   * The first half of {@link #stop}, for who stops several runs: were they stopped one after the
   * other, a lane that one of them lets go would start items of the next.
   *
   * @return false if it has ended or is stopping already; otherwise {@link #evict} has to follow
   */
  boolean startNoMore(StopCause cause) {
    boolean endsNow;
    lock.lock();
    try {
      if (!overrides(cause) && (stopped || (hasEnded() && !isStream()))) {
        return false;
      }
      stopCause = cause;
      stopped = true;
      changed.signalAll();
      cancelCallTimer();
      endsNow = noticeEnd();
    } finally {
      lock.unlock();
    }
    tellEnd(endsNow);
    return true;
  }

  /**
   * Tells whether the cause ends the whole call where another has only ended its items: such a call
   * goes on reading its input, to tell of each item.
   */
  private boolean overrides(StopCause cause) {
    return stopCause != null
        && stopCause.ofItems() != null
        && cause.ofItems() == null
        && !isFailFast();
  }

  /** The second half: interrupts what runs. */
  void evict() {
    eviction.begin();
  }

  /** The time of the call is of no more interest. Needs the lock. */
  void cancelCallTimer() {
    if (callTimer != null) {
      callTimer.cancel();
    }
  }

  /** Waits until nothing of this run is under way, interruptibly: an interrupt stops the run. */
  void awaitEnd() {
    awaitEndOr(false);
  }

  /** The same for a caller that executes the items: true if it has something to do again. */
  boolean awaitWork() {
    return awaitEndOr(true);
  }

  private boolean awaitEndOr(boolean work) {
    boolean interrupted = false;
    lock.lock();
    try {
      while (!hasEnded()) {
        if (work && isClaimable()) {
          return true;
        }
        try {
          changed.await();
        } catch (InterruptedException e) {
          interrupted = true;
          lock.unlock();
          try {
            stop(interruption());
          } finally {
            lock.lock();
          }
        }
      }
      return false;
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  StopCause interruption() {
    return StopCause.ofCall(
        () ->
            new PoolInterruptedException(
                context.poolName() + ": interrupted while waiting for a call"));
  }

  /** After the end: returns what stopped the run, if it was not an item. */
  @Nullable StopCause stopCause() {
    lock.lock();
    try {
      return stopCause;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How far a run has come.
   *
   * @param ended how many items have ended
   * @param failed how many of them have failed
   * @param total how many there are, if they have all been read
   */
  record Sample(long ended, long failed, OptionalLong total) {}

  /** Looks how far it has come, also within the chunks that lanes have. */
  Sample sample() {
    lock.lock();
    try {
      long ended = claims.ended();
      for (Chunk<F> chunk : onBoard.keySet()) {
        ended += chunk.undelivered();
      }
      OptionalLong total = readToEnd ? OptionalLong.of(claims.read()) : OptionalLong.empty();
      return new Sample(ended, failures, total);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many inputs have been read. */
  long inputsRead() {
    lock.lock();
    try {
      return claims.read();
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether nothing is under way and nothing will be. Needs the lock. */
  boolean hasEnded() {
    return onBoard.isEmpty() && (stopped || (claims.isInputComplete() && claims.isDrained()));
  }

  private CallClock callClock() {
    return context.events().ofPool().meter().calls();
  }

  /** Nothing of the call is under way any more, or nobody waits for what is. */
  private void endTime() {
    lock.lock();
    try {
      if (counted) {
        counted = false;
        callClock().end();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Needs the lock; true, once, if the run has just ended. */
  private boolean noticeEnd() {
    if (endTold || !hasEnded()) {
      return false;
    }
    endTold = true;
    outer = null;
    context.events().items = claims.read();
    endTime();
    changed.signalAll();
    eviction.end();
    delays.values().forEach(Deadline::cancel);
    delays.clear();
    if (!isStream()) {
      cancelCallTimer();
    }
    return true;
  }

  private void tellEnd(boolean endsNow) {
    if (endsNow) {
      // Nothing is added from here on.
      atEnd.forEach(Runnable::run);
    }
  }

  /** Returns how many items a stream may have read and not yielded. Needs the lock. */
  long window() {
    return options.maxInFlight().isPresent()
        ? options.maxInFlight().getAsInt()
        : (long) CHUNKS_AHEAD * stage.lanes() * sizer.wish();
  }

  // ---- the lanes' side

  boolean isClaimable() {
    return !stopped && claims.areThere();
  }

  /** Tells whether inputs are being read and only few can be claimed yet. Needs the lock. */
  boolean hasFewInputs() {
    return !stopped
        && !claims.isInputComplete()
        && !claims.haveReturned()
        && sizer.areFew(claims.fresh());
  }

  /** Returns how the inputs come; used by the dispatcher alone. */
  InputFlow inputFlow() {
    return inputFlow;
  }

  /** Returns how many chunks could be claimed now, at most. */
  int claimableChunks() {
    return stopped ? 0 : claims.chunks(sizer);
  }

  /** Returns how many lanes share what there is to claim. Needs the lock. */
  private int sharers() {
    return Math.max(1, Math.min(stage.lanesAtWork(), Math.max(lanesAtIt, usefulLanes)));
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
    Items items = claims.take(sizer);
    boolean timed =
        sink.wantsTimes()
            || (items.size() > 1 && (isObserved() || sizer.timeIsMeasuredForNothing()));
    Chunk<F> chunk = new Chunk<>(this, items, timed, sink.target());
    onBoard.put(chunk, lane);
    if (options.taskTimeout().isPresent()) {
      TaskWatch<F> watch = new TaskWatch<>(chunk, lane, taskTimeout(), options.gracePeriod());
      chunk.watch = watch;
      watch.begin();
    }
    return chunk;
  }

  private boolean isObserved() {
    return context.events().ofPool().observer() != null;
  }

  /**
   * Claims a chunk to be sent ahead of need; null unless hand-overs show in the time of this call,
   * and never among its last chunks, where an idle lane would do it sooner. Needs the lock.
   */
  @Nullable Chunk<F> claimAhead(Lane<F> lane) {
    int left = claims.fresh();
    int next = left == 0 ? 0 : sizer.next(left);
    if (next == 0
        || claims.haveReturned()
        || !sizer.handoverShows(next)
        || left / next <= 2 * stage.lanesAtWork()) {
      return null;
    }
    return claim(lane);
  }

  /** Tells whether the failure of an earlier item has not made this one needless. */
  boolean wants(Chunk<F> chunk, int position) {
    return claims.isWanted(chunk.index(position));
  }

  /** Decides whether there will be another attempt at an item. Runs user code. */
  Judgement judge(Chunk<F> chunk, int position, ItemFailure failure) {
    if (stopped || !attempts.hasMore(chunk, failure) || isLastStraw(chunk, failure)) {
      return new Judgement(failure, false);
    }
    return attempts.judge(chunk.settled(position, failure), failure);
  }

  private boolean isLastStraw(Chunk<F> chunk, ItemFailure failure) {
    if (!failure.isCrash()) {
      return false;
    }
    lock.lock();
    try {
      return attempts.wouldBeTooMany(chunk);
    } finally {
      lock.unlock();
    }
  }

  /** An attempt at an item has failed. */
  void failed(Chunk<F> chunk, int position, Judgement judgement) {
    ItemFailure failure = judgement.failure();
    StopCause breaker = null;
    boolean stopsNow = false;
    boolean again = false;
    Settled settled = chunk.settled(position, failure);
    lock.lock();
    try {
      if (chunk.abandoned) {
        return;
      }
      if (failure.isCrash()) {
        attempts.crash(chunk);
        context.counters().crashes.increment();
        if (attempts.tooManyCrashes() && !isFailFast()) {
          breaker = new StopCause(settled::exception, failure.notStarted());
        }
      } else if (!chunk.hasCrashed()) {
        attempts.progress();
      }
      again = judgement.again() && !stopped;
      if (again) {
        tryAgain(chunk, position);
      } else {
        claims.end(1);
        context.counters().items.increment();
        context.counters().failures.increment();
        failures++;
        sink.fail(settled);
        stopsNow = takeFailure(settled.index());
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    context.events().ofPool().meter().failed(chunk.slot(), failure.isCrash(), again);
    context.events().failed(settled, failure, again, chunk.slot(), chunk.pid());
    if (stopsNow) {
      eviction.begin();
    }
    if (breaker != null) {
      stop(breaker);
    }
  }

  /** True if the failure stops the run. */
  private boolean takeFailure(long index) {
    switch (sink.onFailure()) {
      case STOP -> {
        boolean first = !stopped;
        stopped = true;
        return first;
      }
      case FINISH_EARLIER -> claims.lowerCeiling(index);
      case GO_ON -> {}
    }
    return false;
  }

  private void tryAgain(Chunk<F> chunk, int position) {
    context.counters().retries.increment();
    Items again = chunk.again(position);
    Duration delay = attempts.backoff(again.attempts());
    if (delay.isZero()) {
      comeBack(again);
      return;
    }
    claims.delay(again);
    delays.put(again, Deadlines.after(delay, () -> endDelay(again)));
  }

  private void endDelay(Items again) {
    boolean endsNow = false;
    lock.lock();
    try {
      delays.remove(again);
      if (!stopped) {
        claims.endDelay(again);
        itemsCameBack();
        endsNow = noticeEnd();
      }
    } finally {
      lock.unlock();
    }
    tellEnd(endsNow);
  }

  /** Takes items to be claimed again. Needs the lock. */
  private void comeBack(Items items) {
    claims.takeBack(items);
    itemsCameBack();
  }

  private void itemsCameBack() {
    changed.signalAll();
    if (isClaimable()) {
      stage.nowClaimable(this);
    }
  }

  void giveBack(Chunk<F> chunk, Items items) {
    lock.lock();
    try {
      if (!chunk.abandoned) {
        comeBack(items);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether it counts how many serialized bytes it holds. */
  boolean boundsBytes() {
    return claims.boundBytes();
  }

  void hold(long bytes) {
    if (!boundsBytes()) {
      return;
    }
    lock.lock();
    try {
      claims.hold(bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes a chunk that is being packed may still take, beside its first item. */
  public long bytesLeft() {
    if (!boundsBytes()) {
      return Long.MAX_VALUE;
    }
    lock.lock();
    try {
      return claims.bytesLeft();
    } finally {
      lock.unlock();
    }
  }

  void publish(Chunk<F> chunk) {
    if (!isStream()) {
      return;
    }
    lock.lock();
    try {
      if (!chunk.abandoned && deliver(chunk) > 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private int deliver(Chunk<F> chunk) {
    int delivered = chunk.deliverTo(sink);
    claims.end(delivered);
    context.counters().items.add(delivered);
    if (delivered > 0 && !chunk.hasCrashed()) {
      attempts.progress();
    }
    return delivered;
  }

  void finish(Chunk<F> chunk, long workerNanos, long handoverNanos, int fruitlessDeaths) {
    boolean endsNow;
    lock.lock();
    try {
      if (chunk.abandoned) {
        return;
      }
      Lane<F> lane = onBoard.remove(chunk);
      endWatch(chunk);
      claims.release(boundsBytes() ? chunk.bytes() : 0);
      int done = deliver(chunk);
      leaveDroppedOpen(chunk);
      chunk.forEachOpen(fruitlessDeaths, this::comeBack);
      sizer.report(done, workerNanos, handoverNanos);
      if (chunk.outcomesFit >= 0) {
        sizer.outcomesFit(chunk.outcomesFit, chunk.fitIsCertain);
      }
      if (lane != null && workerNanos != Chunk.UNKNOWN) {
        cost.report(done, workerNanos + Math.max(0, handoverNanos), lane.endsFirstChunk());
      }
      if (isStream() || stage.isCaller() || options.maxInFlight().isPresent()) {
        changed.signalAll();
      }
      if (isClaimable()) {
        stage.nowClaimable(this);
      }
      endsNow = noticeEnd();
    } finally {
      lock.unlock();
    }
    tellEnd(endsNow);
  }

  private void endWatch(Chunk<F> chunk) {
    TaskWatch<F> watch = chunk.watch;
    if (watch != null) {
      watch.end();
    }
  }

  private void leaveDroppedOpen(Chunk<F> chunk) {
    ItemFailure unfinished = stopCause == null ? null : stopCause.ofItems();
    if (unfinished != null) {
      chunk.forEachDropped(i -> sink.leaveOpen(chunk.settled(i, unfinished)));
    }
  }

  /** After the end of a run that was stopped: says of each item that was not begun why. */
  void fillOpen() {
    lock.lock();
    try {
      StopCause cause = stopCause;
      ItemFailure unfinished = cause == null ? null : cause.ofItems();
      if (unfinished == null) {
        return;
      }
      List<Items> open = claims.takeAll();
      for (Items items : open) {
        for (int i = 0; i < items.size(); i++) {
          sink.leaveOpen(
              new Settled(
                  items.from() + i, items.input(i), null, unfinished, items.attempts(), 0, ""));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- lanes that are not waited for

  /** Tells whether this lane has items of this run. */
  boolean isOnBoard(Lane<F> lane) {
    lock.lock();
    try {
      return onBoard.containsValue(lane);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the chunks of this lane no longer: what has ended counts, and the rest of it is left
   * open.
   */
  void disown(Lane<F> lane) {
    long now = System.nanoTime();
    boolean endsNow;
    lock.lock();
    try {
      List<Chunk<F>> chunks = new ArrayList<>();
      onBoard.forEach(
          (chunk, owner) -> {
            if (owner == lane) {
              chunks.add(chunk);
            }
          });
      for (Chunk<F> chunk : chunks) {
        onBoard.remove(chunk);
        endWatch(chunk);
        claims.release(boundsBytes() ? chunk.bytes() : 0);
        Chunk<F> left = chunk.asLeft();
        deliver(left);
        left.dropFirstOpen();
        left.ranUntil(now);
        left.tellOf();
        leaveDroppedOpen(left);
        left.forEachOpen(0, this::comeBack);
      }
      endsNow = noticeEnd();
    } finally {
      lock.unlock();
    }
    tellEnd(endsNow);
  }

  /** Makes what a call that tells what became of each item throws; null if it returns. */
  static @Nullable Throwable failureOfCall(@Nullable StopCause cause) {
    return cause == null || cause.ofItems() != null ? null : cause.exception().get();
  }

  /** The exception as one that the compiler lets through: it is unchecked, or the user's own. */
  @SuppressWarnings("unchecked")
  static <X extends Throwable> X asThrown(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
