package io.github.poolmap.internal.run;

import io.github.poolmap.PoolClosedException;
import io.github.poolmap.PoolException;
import io.github.poolmap.WorkerStartException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the lanes of one pool and its active runs together.
 *
 * <p>Runs stand in a round: a lane takes a chunk of the first run that has one, and that run goes
 * to the end, so that a long call does not hold up a short one. Lanes are started when there is
 * more to claim than lanes that wait for it, and end when they had nothing to do for the idle
 * timeout. One lock guards the round, the lanes and all runs; it is held for moments only, once or
 * twice a chunk, and no user code and no I/O happens under it.
 */
final class Dispatcher<F> {

  /** So many failed starts in a row, with none that succeeded between, fail the pool. */
  private static final int FAILED_STARTS_ALLOWED = 3;

  /** A chunk that waits so long in a worker is given to one that has nothing to do. */
  private static final Duration RECALL_AGE = Duration.ofMillis(20);

  /** For so many lanes work is left over though they may never be started. */
  private static final int LANES_TO_COME = 2 * Runtime.getRuntime().availableProcessors();

  /**
   * So many lanes are called at a time where they come at once; each that has come calls {@link
   * #CALLED_ON} more. Ten thousand called in one go all find the lock taken, by who calls them.
   */
  private static final int CALLED_AT_ONCE = 16;

  private static final int CALLED_ON = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final String poolName;
  private final Backend<F> backend;
  private final PoolEvents events;
  private final long idleNanos;

  private final ReentrantLock lock = new BriefLock();
  private final Condition laneGone = lock.newCondition();
  private final Gathering gathering = new Gathering(lock);

  /** In the order of their turns; calls may leave it from anywhere, by the hundred thousand. */
  private final Set<Run<F>> round = new LinkedHashSet<>();

  private final Set<Run<F>> active = new LinkedHashSet<>();
  private final @Nullable PoolLane<F>[] slots;
  private final BitSet occupied = new BitSet();

  /** Lanes that wait for work and have not been called for it; the latest one is called first. */
  private final ArrayDeque<PoolLane<F>> idle = new ArrayDeque<>();

  /** Lanes that wait and have no worker: to call one is to start one. */
  private final LinkedHashSet<PoolLane<F>> dormant = new LinkedHashSet<>();

  /** Decides about those that take long to start; null where they do not. */
  private final @Nullable LaneStarts<F> starts;

  /** Decides about those that are there; null where none can be too many. */
  private final @Nullable LaneCalls<F> calls;

  /** Lanes that have been started or called for work and have not come for it yet. */
  private int coming;

  /**
   * Those of them that have to get a worker first, which may take any time, also where its start
   * has begun.
   */
  private int comingLate;

  /** Written under the lock. */
  private volatile int limit;

  private final int firstIndex;
  private boolean shutdown;

  /** Shut down, and the last run has left. */
  private boolean over;

  private int failedStarts;
  private @Nullable WorkerStartException broken;

  /** What is to be done when it is over and the last lane has ended; null once it has been done. */
  private @Nullable Runnable whenOver;

  private Runnable whenLanesCome = () -> {};

  /** Waits of callers for the end of their calls. */
  private final ShortWait callersWait = new ShortWait();

  /** Whether the timer will see to chunks that wait in a worker. */
  private boolean recallPlanned;

  /**
   * Makes a dispatcher without lanes.
   *
   * @param most how many lanes there may ever be
   * @param firstIndex the number of the first one
   */
  Dispatcher(
      String poolName,
      int most,
      int firstIndex,
      Duration idleTimeout,
      Backend<F> backend,
      PoolEvents events) {
    this.poolName = poolName;
    this.backend = backend;
    this.events = events;
    this.firstIndex = firstIndex;
    this.limit = most;
    this.idleNanos = idleTimeout.toNanos();
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Nullable PoolLane<F>[] none = new PoolLane[most];
    this.slots = none;
    int cores = Runtime.getRuntime().availableProcessors();
    LaneDemand demand = new LaneDemand(cores, System::nanoTime);
    this.starts =
        backend.startNanos() == 0
            ? null
            : new LaneStarts<>(poolName, backend, demand, this::lookForStarts);
    this.calls =
        starts != null && backend.measuresChunks() && most > UsefulLanes.toComputing(cores)
            ? new LaneCalls<>(poolName, lock, new UsefulLanes(cores), this::lookAtCalls)
            : null;
  }

  ReentrantLock lock() {
    return lock;
  }

  /** Has something done, once and under the lock, when it is over and no lane is left. */
  void whenOver(Runnable action) {
    whenOver = action;
  }

  /** Has something done whenever a lane begins to come for work, under the lock. */
  void whenLanesCome(Runnable action) {
    whenLanesCome = action;
  }

  /** Returns how many lanes may work at the moment. */
  int lanes() {
    return limit;
  }

  /**
   * Returns how many lanes share what there is to claim, some of those included that are started
   * only if items take long: a chunk that one lane has got is not given to them. Needs the lock.
   */
  int lanesAtWork() {
    return starts == null
        ? limit
        : Math.max(Math.min(limit, LANES_TO_COME), occupied.cardinality() - dormant.size());
  }

  PoolEvents events() {
    return events;
  }

  /**
   * Waits for a moment for the end of a call, if it is known to come soon. Where lanes execute the
   * items themselves they need the processors.
   */
  void awaitSoon(BooleanSupplier ended) {
    if (!backend.isInline()) {
      callersWait.until(ended);
    }
  }

  /** Lets so many lanes work from now on; those beyond end when they have ended their chunk. */
  void setLimit(int lanes) {
    lock.lock();
    try {
      limit = Math.min(lanes, slots.length);
      for (PoolLane<F> lane : List.copyOf(idle)) {
        if (lane.slot() >= limit) {
          call(lane);
        }
      }
      callLanes();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many lanes have a worker. */
  int liveLanes() {
    return (int) occupants().stream().filter(PoolLane::hasWorker).count();
  }

  private List<PoolLane<F>> occupants() {
    lock.lock();
    try {
      return occupied.stream().mapToObj(slot -> slots[slot]).filter(Objects::nonNull).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the threads that execute items at the moment. */
  List<Thread> busyThreads() {
    List<Thread> busy = new ArrayList<>();
    lock.lock();
    try {
      for (int slot = occupied.nextSetBit(0); slot >= 0; slot = occupied.nextSetBit(slot + 1)) {
        PoolLane<F> lane = slots[slot];
        Thread thread = lane == null ? null : lane.busyThread();
        if (thread != null) {
          busy.add(thread);
        }
      }
      return busy;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether items wait for a lane. */
  boolean hasBacklog() {
    lock.lock();
    try {
      return round.stream().anyMatch(Run::isClaimable);
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether there is a call under way. */
  boolean isActive() {
    lock.lock();
    try {
      return !active.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  // ---- runs

  /** The run may be claimed from now on. If the pool has failed it is stopped right away. */
  void enter(Run<F> run) {
    WorkerStartException failure;
    lock.lock();
    try {
      if (run.isQuiet()) {
        // It was stopped before it came here, and has left already.
        return;
      }
      if (over) {
        throw new PoolClosedException(poolName + " is closed: it takes no more calls");
      }
      active.add(run);
      failure = broken;
      nowClaimable(run);
    } finally {
      lock.unlock();
    }
    if (failure != null) {
      run.stop(StopCause.ofItems(again(failure)));
    }
  }

  void leave(Run<F> run) {
    lock.lock();
    try {
      boolean was = active.remove(run);
      if (was && starts != null) {
        starts.ended(run);
      }
      if (run.inRound) {
        run.inRound = false;
        round.remove(run);
      }
      if (gathering.isFor(run.inputFlow())) {
        gathering.end();
      }
    } finally {
      lock.unlock();
    }
    endIfOver();
  }

  /** The run has items to claim: puts it into the round and sees that lanes come for it. */
  void nowClaimable(Run<F> run) {
    lock.lock();
    try {
      if (!run.inRound && run.isClaimable()) {
        run.inRound = true;
        round.add(run);
      }
      boolean goesOn = gathering.isFor(run.inputFlow()) && isAlone(run) && run.hasFewInputs();
      if (gathering.isUnderWay() && !goesOn) {
        gathering.end();
      }
      callLanes();
    } finally {
      lock.unlock();
    }
  }

  /** Calls or starts lanes for chunks that nobody is coming for. */
  private void callLanes() {
    callLanes(starts == null ? CALLED_AT_ONCE : limit);
  }

  /** A lane has come, and has others come as well. */
  private void callOn() {
    if (starts == null) {
      callLanes(CALLED_ON);
    }
  }

  /** Calls or starts as many lanes as there are chunks, unless they are coming already. */
  private void callLanes(int most) {
    if (broken != null) {
      return;
    }
    int enough = (int) Math.min(limit, (long) coming + most);
    int wanted = calls == null ? claimableChunks(enough) : calls.callable(round, enough);
    while (coming - comingLate < wanted && !idle.isEmpty()) {
      call(idle.getLast());
    }
    int missing = Math.min(wanted - coming, limit - occupied.cardinality() + dormant.size());
    if (starts != null) {
      missing = missing > 0 ? starts.starts(missing, slots, dormant, round) : 0;
      if (coming >= wanted) {
        starts.satisfied();
      }
    }
    for (int i = 0; i < missing; i++) {
      if (!dormant.isEmpty()) {
        call(dormant.iterator().next());
      } else if (!startLane(occupied.nextClearBit(0))) {
        return;
      }
    }
  }

  /** Returns how many chunks could be claimed, but no more than are enough. */
  private int claimableChunks(int enough) {
    long chunks = 0;
    for (Run<F> run : round) {
      chunks += run.claimableChunks();
      if (chunks >= enough) {
        return enough;
      }
    }
    return (int) chunks;
  }

  /** Work has waited for some time that nobody came for. */
  private void lookForStarts() {
    lock.lock();
    try {
      if (starts != null) {
        starts.beginLook();
        callLanes();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Items have waited for some time for lanes that were not called for them. */
  private void lookAtCalls() {
    lock.lock();
    try {
      if (calls != null) {
        calls.beginLook();
        boolean allHaveCome =
            idle.isEmpty() && dormant.isEmpty() && occupied.cardinality() >= limit;
        calls.look(allHaveCome ? List.of() : occupants(), System.nanoTime());
        callLanes();
      }
    } finally {
      lock.unlock();
    }
  }

  private void call(PoolLane<F> lane) {
    whenLanesCome.run();
    if (dormant.contains(lane)) {
      beginStart(lane);
    }
    unpark(lane);
    setComing(lane, true);
    lane.work.ring();
  }

  /** True if the lane was idle. */
  private boolean unpark(PoolLane<F> lane) {
    boolean wasParked = lane.parked;
    lane.parked = false;
    if (dormant.remove(lane)) {
      return true;
    }
    boolean wasFirst = idle.peekFirst() == lane;
    if (wasParked && idle.peekLast() == lane) {
      idle.removeLast();
    } else if (wasParked) {
      idle.remove(lane);
    }
    PoolLane<F> first = wasFirst ? idle.peekFirst() : null;
    if (first != null) {
      // From now on it looks at the clock.
      first.work.ring();
    }
    return wasParked;
  }

  private void callAll() {
    while (!idle.isEmpty()) {
      call(idle.getLast());
    }
    while (!dormant.isEmpty()) {
      call(dormant.iterator().next());
    }
  }

  private void beginStart(PoolLane<F> lane) {
    lane.state = PoolLane.State.STARTING;
    if (starts != null) {
      starts.starting(lane);
    }
  }

  private void setComing(PoolLane<F> lane, boolean comes) {
    if (lane.called != comes) {
      lane.called = comes;
      coming += comes ? 1 : -1;
    }
    boolean late = comes && lane.state == PoolLane.State.STARTING;
    if (lane.comesLate != late) {
      lane.comesLate = late;
      comingLate += late ? 1 : -1;
    }
  }

  private boolean startLane(int slot) {
    String name = poolName + "-" + (firstIndex + slot + 1);
    PoolLane<F> lane =
        new PoolLane<>(
            this,
            slot,
            firstIndex + slot,
            name,
            backend.newExecutor(firstIndex + slot, name),
            backend.isInline());
    Thread thread = backend.newThread(firstIndex + slot, lane, name);
    whenLanesCome.run();
    slots[slot] = lane;
    occupied.set(slot);
    beginStart(lane);
    setComing(lane, true);
    try {
      thread.start();
      return true;
    } catch (OutOfMemoryError e) {
      // The system grants no more threads. Those that there are do the work; with none, nobody
      // would.
      lane.state = PoolLane.State.ENDED;
      setComing(lane, false);
      slots[slot] = null;
      occupied.clear(slot);
      LOG.warn("{}: no thread to be had for a worker", poolName, e);
      if (!hasLanes()) {
        stopActive(() -> new PoolException(poolName + ": no thread to be had for a worker", e));
      }
      return false;
    }
  }

  /** Stops all active runs, in a thread that does not hold the lock. */
  private void stopActive(Supplier<PoolException> why) {
    List<Run<F>> stopping = List.copyOf(active);
    Deadlines.after(Duration.ZERO, () -> stopping.forEach(run -> run.stop(StopCause.ofItems(why))));
  }

  // ---- lanes

  /**
   * Waits until there is something to claim that is worth the start of a worker, without claiming
   * it.
   *
   * @param costsNothing whether its worker has been started already
   * @return false if the lane is to end
   */
  boolean awaitClaimable(PoolLane<F> lane, boolean costsNothing) {
    lock.lock();
    try {
      lane.hasSuccessor = costsNothing;
      boolean claimable = waitForWork(lane, PoolLane.State.STARTING);
      if (claimable) {
        callOn();
      }
      return claimable;
    } finally {
      lock.unlock();
    }
  }

  /** Claims a chunk, waiting for one if need be; null if the lane is to end. */
  @Nullable Chunk<F> take(PoolLane<F> lane) {
    lock.lock();
    try {
      boolean there = waitForWork(lane, PoolLane.State.IDLE);
      if (there && gather(lane)) {
        there = waitForWork(lane, PoolLane.State.IDLE);
      }
      if (!there) {
        return null;
      }
      Chunk<F> chunk = claimNext(lane);
      lane.state = PoolLane.State.BUSY;
      claimed(lane, chunk, false);
      callOn();
      return chunk;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Claims a chunk of the run that the lane is at to be sent ahead, if it is worth it and no other
   * call waits for its turn.
   */
  @Nullable Chunk<F> takeAhead(PoolLane<F> lane, Run<F> run) {
    lock.lock();
    try {
      boolean may =
          round.size() == 1
              && firstOfRound() == run
              && lane.state == PoolLane.State.BUSY
              && (calls == null || calls.mayClaimAhead(lane, run));
      Chunk<F> chunk = may ? run.claimAhead(lane) : null;
      if (chunk != null) {
        claimed(lane, chunk, true);
      }
      return chunk;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for more items if it is better to; true if it has waited. */
  private boolean gather(PoolLane<F> lane) {
    Run<F> run = firstOfRound();
    if (run == null || !isAlone(run) || !run.hasFewInputs()) {
      return false;
    }
    // Would it go on taking single items it would hold up the reader that another lane waits for.
    InputFlow inputs = run.inputFlow();
    boolean joins = gathering.isFor(inputs);
    if (!joins && !gathering.takeChoice(inputs)) {
      return false;
    }
    lane.state = PoolLane.State.IDLE;
    left(lane);
    setComing(lane, true);
    try {
      BooleanSupplier few = () -> isAlone(run) && run.hasFewInputs();
      if (joins) {
        gathering.join(inputs, few);
        return true;
      }
      boolean useful = gathering.await(inputs, few);
      // Only those that come from now on are a reason to wait again.
      inputs.lookForMore();
      if (isAlone(run)) {
        inputs.waited(useful);
      }
    } catch (InterruptedException e) {
      // Interrupts outside user code have nobody to reach.
      LOG.debug("{}: stray interrupt ignored", lane);
    }
    return true;
  }

  /** Tells whether no other run is in the round, as those are that have something to claim. */
  private boolean isAlone(Run<F> run) {
    return round.isEmpty() || (round.size() == 1 && round.contains(run));
  }

  private void claimed(PoolLane<F> lane, Chunk<F> chunk, boolean ahead) {
    if (starts != null) {
      starts.claimed(lane, chunk);
    }
    if (calls != null) {
      calls.claimed(lane, chunk, ahead);
    }
  }

  /**
   * Waits until the first of the round can be claimed. Runs that have nothing leave the round.
   *
   * @return false if the lane is to end
   */
  private boolean waitForWork(PoolLane<F> lane, PoolLane.State waitingState) {
    long left = idleNanos;
    boolean soon = !backend.isInline() && waitingState == PoolLane.State.IDLE;
    while (lane.state != PoolLane.State.ENDED) {
      Run<F> first = firstOfRound();
      if (lane.slot() >= limit) {
        break;
      }
      boolean toOpen = waitingState == PoolLane.State.STARTING;
      if (first != null && first.isClaimable() && (!toOpen || mayOpen(lane))) {
        setComing(lane, toOpen);
        return true;
      }
      if (first != null && !first.isClaimable()) {
        round.remove(first);
        first.inRound = false;
        continue;
      }
      if (broken != null || over || left <= 0) {
        break;
      }
      park(lane, waitingState);
      planRecall();
      try {
        if (soon) {
          soon = false;
          awaitCallSoon(lane);
          continue;
        }
        left = awaitCall(lane, left);
      } catch (InterruptedException e) {
        // Interrupts outside user code have nobody to reach.
        LOG.debug("{}: stray interrupt ignored", lane);
      } finally {
        unpark(lane);
      }
    }
    // From here on it is not counted on; should work come, a successor takes the slot.
    setComing(lane, false);
    if (lane.state != PoolLane.State.ENDED) {
      lane.state = PoolLane.State.BUSY;
    }
    return false;
  }

  private void park(PoolLane<F> lane, PoolLane.State waitingState) {
    lane.state = waitingState;
    setComing(lane, false);
    left(lane);
    lane.parked = true;
    if (starts != null && waitingState == PoolLane.State.STARTING && !lane.hasSuccessor) {
      dormant.add(lane);
    } else {
      idle.addLast(lane);
    }
  }

  private void left(PoolLane<F> lane) {
    if (calls != null) {
      calls.left(lane);
    }
  }

  /** Tells whether a lane without a worker is to get one. */
  private boolean mayOpen(PoolLane<F> lane) {
    if (starts == null || lane.called) {
      return true;
    }
    if (lane.hasSuccessor) {
      beginStart(lane);
      return true;
    }
    // It has lost its worker, and is now one of those that are started if that pays.
    park(lane, PoolLane.State.STARTING);
    callLanes();
    boolean called = lane.called;
    unpark(lane);
    return called;
  }

  /** Waits for a moment until the lane is called, without the lock. */
  private void awaitCallSoon(PoolLane<F> lane) {
    lock.unlock();
    try {
      lane.shortWait.until(() -> lane.called);
    } finally {
      lock.lock();
    }
  }

  /**
   * Waits until the lane is called. Of those with a worker only the one that waits for the longest
   * looks at the clock: the timers of thousands, set and cancelled, would cost more than the calls.
   *
   * @return how much is left of its time
   */
  private long awaitCall(PoolLane<F> lane, long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    long left = nanos;
    while (lane.parked && left > 0) {
      if (idle.peekFirst() == lane || dormant.contains(lane)) {
        lane.work.await(lock, left);
      } else {
        lane.work.await(lock);
      }
      left = end - System.nanoTime();
    }
    return left;
  }

  /** A lane has nothing to do: other lanes may have more than they can do. Needs the lock. */
  private void planRecall() {
    if (!backend.isInline() && !recallPlanned && !active.isEmpty()) {
      try {
        Deadlines.after(RECALL_AGE, this::recall);
        recallPlanned = true;
      } catch (OutOfMemoryError e) {
        LOG.warn("{}: no thread to be had for the timer", poolName, e);
      }
    }
  }

  /** Has chunks given back that wait in a worker while another has nothing to do. */
  private void recall() {
    boolean later = false;
    for (PoolLane<F> lane : occupants()) {
      try {
        later |= lane.recallAhead(RECALL_AGE.toNanos());
      } catch (RuntimeException | Error e) {
        LOG.error("{}: what waits in this worker cannot be called back", lane, e);
      }
    }
    lock.lock();
    try {
      recallPlanned = false;
      // Lanes that have ended for want of work come back for what is given back.
      if (later && (!idle.isEmpty() || !dormant.isEmpty() || occupied.nextClearBit(0) < limit)) {
        planRecall();
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Run<F> firstOfRound() {
    Iterator<Run<F>> runs = round.iterator();
    return runs.hasNext() ? runs.next() : null;
  }

  private Chunk<F> claimNext(PoolLane<F> lane) {
    Run<F> run = firstOfRound();
    Chunk<F> chunk = run == null ? null : run.claim(lane);
    if (run == null || chunk == null) {
      throw new IllegalStateException("the first run of the round has nothing to claim");
    }
    round.remove(run);
    run.inRound = run.isClaimable();
    if (run.inRound) {
      round.add(run);
    }
    return chunk;
  }

  void startSucceeded(PoolLane<F> lane) {
    lock.lock();
    try {
      failedStarts = 0;
      lane.experienced = false;
    } finally {
      lock.unlock();
    }
  }

  /** A worker could not be started: once too often fails the pool and all its calls. */
  void startFailed(PoolLane<F> lane, WorkerStartException failure) {
    List<Run<F>> failing;
    lock.lock();
    try {
      if (over) {
        return;
      }
      failedStarts++;
      if (failedStarts < FAILED_STARTS_ALLOWED) {
        LOG.warn("{}: worker start failed, trying again: {}", lane, firstLine(failure));
        return;
      }
      broken = failure;
      failing = new ArrayList<>(active);
      callAll();
    } finally {
      lock.unlock();
    }
    for (Run<F> run : failing) {
      run.stop(StopCause.ofItems(again(failure)));
    }
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }

  /** The same failure as an exception of the thread that gets to see it. */
  private static Supplier<PoolException> again(WorkerStartException first) {
    Throwable why = first.getCause();
    Throwable cause = why == null ? first : why;
    return () ->
        new WorkerStartException(
            String.valueOf(first.getMessage()), first.command(), first.stderrTail(), cause);
  }

  /** A lane met a defect of the library; its calls fail with it instead of waiting for ever. */
  void laneBroke(PoolLane<F> lane, Throwable defect) {
    List<Run<F>> candidates;
    lock.lock();
    try {
      candidates = new ArrayList<>(active);
    } finally {
      lock.unlock();
    }
    boolean hadItems = false;
    for (Run<F> run : candidates) {
      if (run.isOnBoard(lane)) {
        hadItems = true;
        run.stop(StopCause.ofItems(() -> new PoolException(lane + ": internal error", defect)));
        run.disown(lane);
      }
    }
    if (!hadItems) {
      // It would happen to its successor, and to the next: bounded like a start that fails.
      startFailed(lane, new WorkerStartException(lane + ": internal error", "", "", defect));
    }
  }

  /** The lane has ended or is left behind: its slot is free. False if that was known. */
  boolean laneEnded(PoolLane<F> lane) {
    lock.lock();
    try {
      lane.state = PoolLane.State.ENDED;
      setComing(lane, false);
      left(lane);
      if (slots[lane.slot()] != lane) {
        return false;
      }
      slots[lane.slot()] = null;
      occupied.clear(lane.slot());
      tellIfOver();
      laneGone.signalAll();
      if (unpark(lane)) {
        // It has come back and waits, though it has been given up: it is to end.
        lane.work.ring();
      }
      callLanes();
    } finally {
      lock.unlock();
    }
    return true;
  }

  // ---- the end

  /** Has lanes end as soon as there is no active run. Does not wait. */
  void shutdown() {
    lock.lock();
    try {
      shutdown = true;
    } finally {
      lock.unlock();
    }
    endIfOver();
  }

  private void endIfOver() {
    List<PoolLane<F>> lanes = new ArrayList<>();
    lock.lock();
    try {
      if (over || !shutdown || !active.isEmpty()) {
        return;
      }
      over = true;
      tellIfOver();
      callAll();
      for (int slot = occupied.nextSetBit(0); slot >= 0; slot = occupied.nextSetBit(slot + 1)) {
        lanes.add(slots[slot]);
      }
    } finally {
      lock.unlock();
    }
    lanes.forEach(PoolLane::refuseToOpen);
    backend.refuseToOpen();
  }

  /** Needs the lock: who has waited for the last lane finds it done. */
  private void tellIfOver() {
    Runnable action = whenOver;
    if (over && !hasLanes() && action != null) {
      whenOver = null;
      action.run();
    }
  }

  /** Waits until no lane is left. */
  void awaitLanes() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (hasLanes()) {
        laneGone.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no lane is left, at most until then. */
  void awaitLanesUntil(long nanoTime) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanoTime - System.nanoTime();
      while (hasLanes() && left > 0) {
        left = laneGone.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean hasLanes() {
    return !occupied.isEmpty();
  }
}
