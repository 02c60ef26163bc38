package io.github.poolmap.internal.run;

import io.github.poolmap.CallTimeoutException;
import io.github.poolmap.MapOptions;
import io.github.poolmap.PoolInterruptedException;
import io.github.poolmap.internal.run.Deadlines.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
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
 *      +--failure, interrupt, time limit, terminate--> STOPPING +  when no lane has a chunk on board
 * </pre>
 *
 * <p>STOPPING: no item starts any more, lanes are told to interrupt what runs, and after the grace
 * period to get rid of what still does. The first cause of a stop is the one that counts. Outcomes
 * that the stop brought about are not recorded; genuine failures still are, because the lowest is
 * thrown. Which failures stop a run is up to its {@link Sink}.
 *
 * <h2>Items</h2>
 *
 * <p>Items that have been read wait in a queue until they are claimed, in order. Some come back:
 * never begun, or for another attempt, at once or after a delay. A claim serves those first, lowest
 * index first. Items from the ceiling on are not started; it comes down when a failure ends a
 * stream at its position.
 *
 * <p>Everything is guarded by the lock, which is that of the dispatcher; a run that its caller
 * executes itself has a lock of its own. No user code and no lane is called under it.
 *
 * @param <F> the form in which the pool's lanes need the function
 */
public final class Run<F> {

  /** Where a run is carried out. */
  interface Host<F> {

    /** Guards the runs here. */
    ReentrantLock lock();

    /** Returns how many lanes there may be. */
    int lanes();

    /** Items have come that a lane can claim. Called under the lock. */
    void nowClaimable(Run<F> run);

    /** Tells whether the thread that reads the results has to execute the items, too. */
    boolean isCaller();
  }

  /** So many workers that died in a row, with no item ended between, end the run. */
  private static final int CRASHES_ALLOWED = 10;

  /** How many chunks for each lane a stream reads ahead unless it is told. */
  private static final int CHUNKS_AHEAD = 4;

  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  /** How long after a lane could not be freed it is tried again. */
  private static final Duration NEXT_TRY = Duration.ofSeconds(1);

  private static final Duration LONGEST_BACKOFF = Duration.ofDays(1);

  /** What {@link #next} gives when an input has to be read. */
  static final Object READ = new Object();

  /** What {@link #next} gives when the calling thread has items to execute. */
  static final Object WORK = new Object();

  /** What {@link #next} gives when all has been yielded. */
  static final Object END = new Object();

  private final Host<F> host;
  private final CallContext context;
  private final F function;
  private final Sink sink;
  private final MapOptions options;
  private final ChunkSizer sizer;
  private final ReentrantLock lock;
  private final Condition changed;
  private final @Nullable ClassLoader contextClassLoader =
      Thread.currentThread().getContextClassLoader();
  private final UserCode reading = new UserCode();

  private final InputQueue fresh = new InputQueue();
  private boolean inputEnded;
  private @Nullable Throwable inputFailure;

  private final PriorityQueue<Items> returned = new PriorityQueue<>();
  private final Set<Items> delayed = new HashSet<>();
  private final Map<Chunk<F>, Lane<F>> onBoard = new HashMap<>();
  private long ended;

  /** Written under the lock. */
  private volatile long ceiling = Long.MAX_VALUE;

  private long bytesHeld;
  private int crashesInRow;

  private volatile boolean stopped;
  private volatile BooleanSupplier over = () -> false;
  private @Nullable StopCause stopCause;
  private @Nullable Deadline graceTimer;
  private @Nullable Deadline callTimer;
  private boolean endTold;
  private final List<Runnable> atEnd = new ArrayList<>();

  /** Whether the dispatcher has this run in its round; used by the dispatcher alone. */
  boolean inRound;

  /**
   * Makes a run.
   *
   * @param context what is known of the call
   * @param sink keeps the outcomes
   */
  Run(Host<F> host, CallContext context, F function, Sink sink) {
    this.host = host;
    this.context = context;
    this.function = function;
    this.sink = sink;
    this.options = context.options();
    this.sizer = new ChunkSizer(options.chunkSize(), options.maxInFlight(), host::lanes);
    this.lock = host.lock();
    this.changed = lock.newCondition();
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

  /** Tells whether no further item may start. */
  public boolean isStopped() {
    return stopped;
  }

  /** Returns the context class loader of the caller, which its tasks see too. */
  public @Nullable ClassLoader contextClassLoader() {
    return contextClassLoader;
  }

  CallContext context() {
    return context;
  }

  /** Tells whether somebody reads the outcomes at a pace of their own, maybe never. */
  boolean isStream() {
    return sink.isStream();
  }

  /** Returns what is executed when the input is read: user code of this run. */
  UserCode reading() {
    return reading;
  }

  /** The call returns to its caller. */
  void markOver() {
    over = () -> true;
  }

  /** The call is over as soon as this is so. */
  void markOverWhen(BooleanSupplier condition) {
    over = condition;
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
      // Calls that tell what became of each item say it of those that were not read yet, too.
      return stopCause == null || stopCause.ofItems() == null || isFailFast();
    } finally {
      lock.unlock();
    }
  }

  private boolean isFailFast() {
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
      options
          .callTimeout()
          .ifPresent(limit -> callTimer = Deadlines.after(limit, () -> stop(callTimeout(limit))));
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

  /** Takes all inputs at once; the array is kept. */
  void appendAll(@Nullable Object[] inputs) {
    lock.lock();
    try {
      fresh.addAll(inputs);
      sink.expect(inputs.length);
      host.nowClaimable(this);
    } finally {
      lock.unlock();
    }
  }

  /** Adds one input. */
  void append(@Nullable Object input) {
    lock.lock();
    try {
      fresh.add(input);
      if (isClaimable()) {
        host.nowClaimable(this);
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
    if (options.maxInFlight().isEmpty() || host.isCaller()) {
      return;
    }
    lock.lock();
    try {
      while (!stopped && fresh.read() - ended >= options.maxInFlight().getAsInt()) {
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
      inputEnded = true;
      changed.signalAll();
      endsNow = noticeEnd();
    } finally {
      lock.unlock();
    }
    tellEnd(endsNow);
  }

  /** Says that the input has failed: after what has been read for a stream, at once for others. */
  void failInput(Throwable failure) {
    if (!isStream()) {
      stop(StopCause.ofCall(() -> failure));
      return;
    }
    lock.lock();
    try {
      inputFailure = failure;
    } finally {
      lock.unlock();
    }
    endInput();
  }

  /**
   * Stops the run for a cause outside its items; does nothing if it has ended or is stopping
   * already. Does not wait.
   */
  void stop(StopCause cause) {
    boolean endsNow;
    lock.lock();
    try {
      if (stopped || (hasEnded() && !isStream())) {
        return;
      }
      stopCause = cause;
      stopped = true;
      changed.signalAll();
      endsNow = noticeEnd();
    } finally {
      lock.unlock();
    }
    tellEnd(endsNow);
    interruptLanes();
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

  /** Returns how many inputs have been read. */
  long inputsRead() {
    lock.lock();
    try {
      return fresh.read();
    } finally {
      lock.unlock();
    }
  }

  private boolean hasEnded() {
    return onBoard.isEmpty() && (stopped || (isInputComplete() && nothingLeft()));
  }

  private boolean isInputComplete() {
    return inputEnded || ceiling != Long.MAX_VALUE;
  }

  private boolean nothingLeft() {
    return returned.isEmpty()
        && delayed.isEmpty()
        && (fresh.size() == 0 || fresh.claimed() >= ceiling);
  }

  /** Needs the lock; true, once, if the run has just ended. */
  private boolean noticeEnd() {
    if (endTold || !hasEnded()) {
      return false;
    }
    endTold = true;
    changed.signalAll();
    if (graceTimer != null) {
      graceTimer.cancel();
    }
    if (callTimer != null && !isStream()) {
      callTimer.cancel();
    }
    return true;
  }

  private void tellEnd(boolean endsNow) {
    if (endsNow) {
      // Nothing is added from here on.
      atEnd.forEach(Runnable::run);
    }
  }

  // ---- the reader of a stream

  /**
   * Waits for the next element of a stream.
   *
   * @return a value, a {@link Settled}, or what there is to do: {@link #READ}, {@link #WORK},
   *     {@link #END}
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  @Nullable Object next() throws InterruptedException {
    StreamSink stream = (StreamSink) sink;
    lock.lockInterruptibly();
    try {
      while (true) {
        boolean itemsStopped = stopCause != null && stopCause.ofItems() != null && !isFailFast();
        if ((stopCause != null && !itemsStopped) || stream.fatal() != null) {
          return END;
        }
        if (stream.hasNext()) {
          return take(stream);
        }
        if (itemsStopped && hasEnded()) {
          fillOpen();
          if (stream.hasNext()) {
            continue;
          }
          return inputEnded ? END : READ;
        }
        if (host.isCaller() && isClaimable()) {
          return WORK;
        }
        if (isInputComplete() && stream.yielded() == fresh.read()) {
          return END;
        }
        if (!isInputComplete() && !stopped && fresh.read() - stream.yielded() < window()) {
          return READ;
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Object take(StreamSink stream) {
    boolean full = isFull();
    Object element = stream.take();
    if (full && isClaimable()) {
      host.nowClaimable(this);
    }
    return element;
  }

  /** How many items may have been read and not yielded. */
  private long window() {
    return options.maxInFlight().isPresent()
        ? options.maxInFlight().getAsInt()
        : (long) CHUNKS_AHEAD * host.lanes() * sizer.wish();
  }

  /** Returns what the reader of a stream gets at its end, null if that is just the end. */
  @Nullable Throwable endOfStream() {
    StreamSink stream = (StreamSink) sink;
    Settled fatal;
    lock.lock();
    try {
      fatal = stream.fatal();
      if (fatal == null) {
        StopCause cause = stopCause;
        return cause != null && (cause.ofItems() == null || isFailFast())
            ? cause.exception().get()
            : inputFailure;
      }
    } finally {
      lock.unlock();
    }
    return fatal.exception();
  }

  /** Nobody reads on: gives up what has not been yielded. Does not wait. */
  void endReading() {
    stop(
        StopCause.ofCall(
            () -> new IllegalStateException(context.poolName() + ": the stream has been closed")));
    lock.lock();
    try {
      ((StreamSink) sink).clear();
      if (callTimer != null) {
        callTimer.cancel();
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- the lanes' side

  boolean isClaimable() {
    return !stopped && (!returned.isEmpty() || claimableFresh() > 0);
  }

  /**
   * Tells whether so many bytes are held that nothing new is handed out. What has come back is, or
   * a stream could wait for ever for an item that only its own results keep from being done.
   */
  private boolean isFull() {
    return options.maxBytesInFlight().isPresent()
        && bytesHeld + sink.bytesHeld() >= options.maxBytesInFlight().getAsLong();
  }

  private int claimableFresh() {
    if (isFull()) {
      return 0;
    }
    long most = Math.min(fresh.size(), ceiling - fresh.claimed());
    if (options.maxInFlight().isPresent() && !isStream()) {
      most = Math.min(most, options.maxInFlight().getAsInt() - (fresh.claimed() - ended));
    }
    return (int) Math.max(0, most);
  }

  /** Returns how many chunks could be claimed now, at most. */
  int claimableChunks() {
    return isClaimable() ? sizer.chunks(claimableFresh()) + returned.size() : 0;
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
    Items items = returned.poll();
    if (items == null) {
      items = fresh.take(sizer.next(claimableFresh()));
    }
    Chunk<F> chunk = new Chunk<>(this, items, sink.wantsTimes(), sink.target());
    onBoard.put(chunk, lane);
    if (options.taskTimeout().isPresent()) {
      TaskWatch<F> watch = new TaskWatch<>(chunk, lane, taskTimeout(), options.gracePeriod());
      chunk.watch = watch;
      watch.begin();
    }
    return chunk;
  }

  /**
   * Claims a chunk to be sent ahead of need; null unless hand-overs show in the time of this call,
   * and never among its last chunks, where an idle lane would do it sooner. Needs the lock.
   */
  @Nullable Chunk<F> claimAhead(Lane<F> lane) {
    int left = claimableFresh();
    int next = left == 0 ? 0 : sizer.next(left);
    if (next == 0
        || !returned.isEmpty()
        || !sizer.handoverShows(next)
        || left / next <= 2 * host.lanes()) {
      return null;
    }
    return claim(lane);
  }

  /** Tells whether the failure of an earlier item has not made this one needless. */
  boolean wants(Chunk<F> chunk, int position) {
    return chunk.index(position) < ceiling;
  }

  /** Decides whether there will be another attempt at an item. Runs user code. */
  Judgement judge(Chunk<F> chunk, int position, ItemFailure failure) {
    if (chunk.attempts() >= options.retries()
        || !failure.wasStarted()
        || stopped
        || (failure.isCrash() && isLastCrashAllowed(chunk))) {
      return new Judgement(failure, false);
    }
    Settled attempt = chunk.settled(position, failure);
    ItemFailure.Item item =
        new ItemFailure.Item(
            attempt.index(), Descriptions.ofInput(attempt.input()), attempt.attempts(), "");
    try {
      return new Judgement(failure, options.retryOn().test(failure.subject(item)));
    } catch (Throwable t) {
      return new Judgement(failure.withSuppressed(t), false);
    }
  }

  private boolean isLastCrashAllowed(Chunk<F> chunk) {
    lock.lock();
    try {
      return crashes(chunk) >= CRASHES_ALLOWED;
    } finally {
      lock.unlock();
    }
  }

  /** Counts those in a row, with the one that this chunk meets. */
  private int crashes(Chunk<F> chunk) {
    return chunk.hasProgressed() ? 1 : crashesInRow + 1;
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
        crashesInRow = crashes(chunk);
        context.counters().crashes.increment();
        if (crashesInRow >= CRASHES_ALLOWED && sink.onFailure() == Sink.OnFailure.GO_ON) {
          breaker = new StopCause(settled::exception, failure.notStarted());
        }
      }
      again = judgement.again() && !stopped;
      if (again) {
        tryAgain(chunk, position);
      } else {
        ended++;
        context.counters().items.increment();
        context.counters().failures.increment();
        sink.fail(settled);
        stopsNow = takeFailure(settled.index());
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    context.events().failed(settled, failure, again);
    if (stopsNow) {
      interruptLanes();
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
      case FINISH_EARLIER -> {
        ceiling = Math.min(ceiling, index);
        List<Items> earlier =
            returned.stream().map(this::belowCeiling).filter(items -> items.size() > 0).toList();
        returned.clear();
        returned.addAll(earlier);
        delayed.removeIf(items -> items.from() >= ceiling);
      }
      case GO_ON -> {}
    }
    return false;
  }

  private Items belowCeiling(Items items) {
    long size = Math.max(0, Math.min(items.size(), ceiling - items.from()));
    return size == items.size()
        ? items
        : new Items(
            items.from(),
            (int) size,
            items.inputs(),
            items.offset(),
            items.attempts(),
            items.fruitlessDeaths());
  }

  private void tryAgain(Chunk<F> chunk, int position) {
    context.counters().retries.increment();
    Items again = chunk.again(position);
    Duration delay = backoff(again.attempts());
    if (delay.isZero()) {
      comeBack(again);
      return;
    }
    delayed.add(again);
    Deadlines.after(
        delay,
        () -> {
          boolean endsNow;
          lock.lock();
          try {
            if (stopped || !delayed.remove(again)) {
              return;
            }
            comeBack(again);
            endsNow = noticeEnd();
          } finally {
            lock.unlock();
          }
          tellEnd(endsNow);
        });
  }

  /** The first retry waits for the backoff, each further one twice as long as the one before. */
  private Duration backoff(int retry) {
    Duration delay = options.retryBackoff();
    for (int i = 1; i < retry && delay.compareTo(LONGEST_BACKOFF) < 0; i++) {
      delay = delay.multipliedBy(2);
    }
    return delay.compareTo(LONGEST_BACKOFF) < 0 ? delay : LONGEST_BACKOFF;
  }

  /** Takes items to be claimed again. Needs the lock. */
  private void comeBack(Items items) {
    Items wanted = belowCeiling(items);
    if (wanted.size() > 0) {
      returned.add(wanted);
      changed.signalAll();
      if (isClaimable()) {
        host.nowClaimable(this);
      }
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
    return options.maxBytesInFlight().isPresent();
  }

  void hold(long bytes) {
    if (!boundsBytes()) {
      return;
    }
    lock.lock();
    try {
      bytesHeld += bytes;
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
      return options.maxBytesInFlight().getAsLong() - bytesHeld - sink.bytesHeld();
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
    ended += delivered;
    context.counters().items.add(delivered);
    if (delivered > 0 && !chunk.hasCrashed()) {
      crashesInRow = 0;
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
      onBoard.remove(chunk);
      endWatch(chunk);
      bytesHeld -= boundsBytes() ? chunk.bytes() : 0;
      int done = deliver(chunk);
      leaveDroppedOpen(chunk);
      chunk.forEachOpen(fruitlessDeaths, this::comeBack);
      sizer.report(done, workerNanos, handoverNanos);
      if (isStream() || host.isCaller() || options.maxInFlight().isPresent()) {
        changed.signalAll();
      }
      if (isClaimable()) {
        host.nowClaimable(this);
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
      List<Items> open = new ArrayList<>(returned);
      open.addAll(delayed);
      returned.clear();
      delayed.clear();
      if (fresh.size() > 0) {
        open.add(fresh.take(fresh.size()));
      }
      for (Items items : open) {
        for (int i = 0; i < items.size(); i++) {
          sink.leaveOpen(
              new Settled(
                  items.from() + i,
                  items.inputs()[items.offset() + i],
                  null,
                  unfinished,
                  items.attempts(),
                  0,
                  ""));
        }
      }
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
    Runnable wakeReader = reading.condemn(this);
    if (wakeReader != null) {
      Errands.run(wakeReader);
    }
    // Even one that the second step has given up by now: its thread ends the sooner for it.
    for (Lane<F> lane : busy) {
      try {
        Runnable interrupt = lane.condemn(this);
        if (interrupt != null) {
          Errands.run(interrupt);
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

  /**
   * Waits for the chunks of this lane no longer: what has ended counts, and the rest of it is left
   * open.
   */
  void disown(Lane<F> lane) {
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
        chunk.abandoned = true;
        endWatch(chunk);
        bytesHeld -= boundsBytes() ? chunk.bytes() : 0;
        deliver(chunk);
        chunk.dropFirstOpen();
        leaveDroppedOpen(chunk);
        chunk.forEachOpen(0, this::comeBack);
      }
      endsNow = noticeEnd();
    } finally {
      lock.unlock();
    }
    tellEnd(endsNow);
  }

  private Set<Lane<F>> busyLanes() {
    lock.lock();
    try {
      return new LinkedHashSet<>(onBoard.values());
    } finally {
      lock.unlock();
    }
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
