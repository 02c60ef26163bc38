package io.github.poolmap.internal.run;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive items of a run in the hands of one lane.
 *
 * <pre>
 *   OPEN --succeed / fail--> SETTLED --publish / finish--> DELIVERED
 *     \---drop---> DROPPED            (begun, and stopped for the sake of the whole run)
 *      \--fail---> AGAIN              (will be another attempt, in another chunk)
 * </pre>
 *
 * <p>The lane settles the items it executed, and calls {@link #finish} once: what is still open by
 * then goes back to the run, to be claimed again. Everything is called by the thread of that lane,
 * which needs no lock before {@code finish} and {@code publish}; {@link #fail} alone is heard by
 * the run at once. A thread that is lost to a task has lost its chunk too: whoever gave it up goes
 * on in its place, with a copy of it ({@link #asLeft}).
 *
 * <p>As a rule items succeed one after the other, and then a count of them says it all. Only when
 * that is not so the state of each is noted.
 *
 * @param <F> the form of the function
 */
public final class Chunk<F> {

  /** Stands for a time that says nothing. */
  public static final long UNKNOWN = -1;

  /** Stands for the number of a worker: a caller that is no worker of the pool and executes it. */
  public static final int CALLERS = -1;

  /** The same, but for a task of the pool itself, whose time is counted already. */
  static final int NESTED = -2;

  /**
   * Values of so many items go where they belong all at once, in the end: to write them one by one
   * into an array that has been there for long, and with G1 one of a million is old from the start,
   * costs a fence each. Arrays of more would be such ones themselves.
   */
  private static final int MOST_COPIED = 1 << 16;

  private static final byte OPEN = 0;
  private static final byte SETTLED = 1;
  private static final byte DELIVERED = 2;
  private static final byte DROPPED = 3;
  private static final byte AGAIN = 4;

  private static final VarHandle SUCCEEDED;
  private static final VarHandle STATES;
  private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(byte[].class);

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      SUCCEEDED = lookup.findVarHandle(Chunk.class, "succeeded", int.class);
      STATES = lookup.findVarHandle(Chunk.class, "states", byte[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Run<F> run;
  private final Items items;
  private int size;
  private final @Nullable Object[] values;
  private final int valuesOffset;
  private final @Nullable Object @Nullable [] target;
  private final boolean inPlace;

  /** Whether the values of the items that succeeded are where they go. */
  private boolean copiedOut;

  /**
   * Items before this one have succeeded. Released after their values; grows until there are
   * states.
   */
  private int succeeded;

  /** What became of each item, once that cannot be counted. Released with what it says. */
  private byte @Nullable [] states;

  private final long @Nullable [] nanos;
  private String worker = "";
  private final ChunkTrail trail;

  /** Items before this one have been delivered, or are not to be. Guarded by the run's lock. */
  private int firstUndelivered;

  private long bytes;
  private long @Nullable [] resultBytes;
  private boolean crashed;
  private boolean progressed;

  /** How many outcomes such as its own can be handed back at once; -1 if that is not known. */
  int outcomesFit = -1;

  /** Whether it cannot be more. Both are written by the lane's thread before it ends the chunk. */
  boolean fitIsCertain;

  /** Set under the run's lock when the run no longer waits for this chunk. */
  boolean abandoned;

  /** Wants to know what its tasks do; null if nobody does. Set before its lane gets it. */
  @Nullable Measure measure;

  /** Bounds the time of each item; null if there is no limit. */
  @Nullable TaskWatch<F> watch;

  /**
   * Makes a chunk.
   *
   * @param target where results go in the end, by their index; null if a sink takes them
   */
  Chunk(Run<F> run, Items items, boolean timed, @Nullable Object @Nullable [] target) {
    this.run = run;
    this.items = items;
    this.size = items.size();
    this.target = target;
    if (target != null && size > MOST_COPIED) {
      this.inPlace = true;
      this.values = target;
      this.valuesOffset = (int) items.from();
    } else {
      this.inPlace = false;
      this.values = new Object[size];
      this.valuesOffset = 0;
    }
    this.nanos = timed ? new long[size] : null;
    this.trail = new ChunkTrail();
  }

  /** Makes a copy of what there is to see of another one. */
  private Chunk(Chunk<F> of) {
    byte[] noted = (byte[]) STATES.getAcquire(of);
    this.run = of.run;
    this.items = of.items;
    this.size = of.size;
    this.target = of.target;
    this.inPlace = of.inPlace;
    this.values = of.values;
    this.valuesOffset = of.valuesOffset;
    this.nanos = of.nanos;
    this.worker = of.worker;
    this.firstUndelivered = of.firstUndelivered;
    this.succeeded = (int) SUCCEEDED.getAcquire(of);
    if (noted != null) {
      byte[] copy = new byte[size];
      for (int i = 0; i < size; i++) {
        copy[i] = (byte) STATE.getAcquire(noted, i);
      }
      this.states = copy;
    }
    this.resultBytes = of.resultBytes;
    this.crashed = of.crashed;
    this.progressed = of.progressed;
    this.trail = of.trail;
  }

  /**
   * Gives the chunk up: what its thread still does to it is of no account. Needs the run's lock.
   *
   * @return a copy of what has become of it until now, for who goes on in the thread's place
   */
  Chunk<F> asLeft() {
    abandoned = true;
    return new Chunk<>(this);
  }

  public Run<F> run() {
    return run;
  }

  /** What is wanted to be known of the tasks of a chunk. May be told long after its end. */
  public interface Measure {

    /**
     * Tells what they did.
     *
     * @param items how many have been executed, 1 at least
     * @param computedNanos how long they had a processor
     * @param pausedNanos how long they neither had one nor waited for one
     */
    void took(int items, long computedNanos, long pausedNanos);
  }

  /** Returns what is wanted to be known of its tasks; null if nothing is. */
  public @Nullable Measure measure() {
    return measure;
  }

  public int size() {
    return size;
  }

  public @Nullable Object input(int position) {
    return items.input(position);
  }

  /** Returns the item's position in the input of the call. */
  long index(int position) {
    return items.from() + position;
  }

  /** Returns how often the items have been started in chunks before this one. */
  int attempts() {
    return items.attempts();
  }

  /** Returns how many workers died in a row with these items before they began one of them. */
  public int fruitlessDeaths() {
    return items.fruitlessDeaths();
  }

  /** Says who executes the chunk. */
  public void assignTo(String name) {
    worker = name;
  }

  /**
   * Says where that is.
   *
   * @param slot the number of the worker in its pool
   * @param pid its process; 0 if it is a thread of this JVM
   */
  public void placeIn(int slot, long pid) {
    trail.placeIn(slot, pid);
  }

  String worker() {
    return worker;
  }

  int slot() {
    return trail.slot();
  }

  long pid() {
    return trail.pid();
  }

  /** Its lane, which had none, has just got it. */
  void taken(long now, LaneClock clock) {
    clock.taken(now);
    takenAhead(now, clock);
  }

  /** Its lane has just got it beside another one. */
  void takenAhead(long now, LaneClock clock) {
    trail.taken(now, clock, run.context().events().begins(LaneObserver.Kind.CHUNK));
  }

  /** The worker begins with it, or is about to. */
  public void running(long now) {
    trail.running(now);
  }

  /**
   * The worker had another chunk before, or has another one already. The time in between belongs to
   * the second of them.
   *
   * @param since when it ended the one before; 0 if there was none
   * @param isFollowed whether it has another one
   */
  public void inRow(long since, boolean isFollowed) {
    trail.inRow(since, isFollowed);
  }

  /** The worker has been at it from then until then, by its own clock. */
  public void ran(long start, long end) {
    trail.ran(start, end);
  }

  /** The worker has been at it until then, since it began; nothing if it did not. */
  void ranUntil(long end) {
    trail.ranUntil(end);
  }

  /** Tells whether somebody wants to know how long the worker has computed. */
  public boolean wantsCpuTime() {
    return run.context().events().ofPool().wantsCpuTimes();
  }

  /** So long the worker's thread has computed while it was at it; {@link #UNKNOWN} is allowed. */
  public void computed(long cpuNanos) {
    trail.computed(cpuNanos);
  }

  /** So many bytes have been sent to the worker for it. */
  public void sent(long more) {
    trail.sent(more);
  }

  /**
   * So many outcomes such as those of this chunk can be handed back at once; each of those beyond
   * costs more than a short item does. To be said before its end.
   *
   * @param certain whether that is known from as many as tell; otherwise it may be more, not less
   */
  public void outcomesFit(int items, boolean certain) {
    outcomesFit = items;
    fitIsCertain = certain;
  }

  /** So many bytes have come back. */
  public void received(long more) {
    trail.received(more);
  }

  public boolean isSettled(int position) {
    return state(position) != OPEN;
  }

  private byte state(int position) {
    byte[] each = states;
    if (each != null) {
      return each[position];
    }
    return position < succeeded ? SETTLED : OPEN;
  }

  /** Notes the states from here on. */
  private byte[] states() {
    byte[] each = states;
    if (each == null) {
      each = new byte[items.size()];
      Arrays.fill(each, 0, succeeded, SETTLED);
      Arrays.fill(each, 0, Math.min(firstUndelivered, succeeded), DELIVERED);
      STATES.setRelease(this, each);
    }
    return each;
  }

  /** Tells whether somebody wants to know how long each item takes. */
  public boolean isTimed() {
    return nanos != null;
  }

  /** Says how long an item took that is about to be settled. */
  public void took(int position, long itemNanos) {
    if (nanos != null) {
      nanos[position] = itemNanos;
    }
  }

  /** The item has its result. */
  public void succeed(int position, @Nullable Object value) {
    if (states == null && position == succeeded) {
      values[valuesOffset + position] = value;
      SUCCEEDED.setRelease(this, position + 1);
      return;
    }
    checkOpen(position);
    values[valuesOffset + position] = value;
    settle(position, SETTLED);
    progressed = true;
  }

  /** Decides whether there will be another attempt. Runs user code. */
  Judgement judge(int position, ItemFailure failure) {
    return run.judge(this, position, failure);
  }

  /** The item has failed by its own fault. Runs user code, which decides whether to try again. */
  public void fail(int position, ItemFailure failure) {
    fail(position, judge(position, failure));
  }

  /** The item has failed by its own fault. */
  void fail(int position, Judgement judgement) {
    settle(position, judgement.again() ? AGAIN : DELIVERED);
    trail.fail(position);
    if (judgement.failure().isCrash()) {
      crashed = true;
    } else {
      progressed = true;
    }
    run.failed(this, position, judgement);
  }

  /** The item was begun and is stopped for the sake of the whole run: it has no outcome. */
  public void drop(int position) {
    settle(position, DROPPED);
  }

  private void settle(int position, byte state) {
    checkOpen(position);
    STATE.setRelease(states(), position, state);
  }

  private void checkOpen(int position) {
    if (state(position) != OPEN) {
      throw new IllegalStateException("item " + index(position) + " has an outcome already");
    }
  }

  /** Gives the items from this position on back to the run; none of them has been begun. */
  public void giveBackFrom(int position) {
    if (position < size) {
      Items back = items.slice(position, size, 0, 0);
      size = position;
      run.giveBack(this, back);
    }
  }

  /** Counts serialized bytes that this chunk holds until it ends. */
  public void hold(long more) {
    bytes += more;
    run.hold(more);
  }

  long bytes() {
    return bytes;
  }

  /** Says how many serialized bytes the result of an item had, which its stream holds. */
  public void resultHolds(int position, long length) {
    if (run.boundsBytes()) {
      if (resultBytes == null) {
        resultBytes = new long[size];
      }
      resultBytes[position] = length;
    }
  }

  long resultBytes(int position) {
    return resultBytes == null ? 0 : resultBytes[position];
  }

  /** Delivers what has been settled so far, if there is somebody who waits for it. */
  public void publish() {
    run.publish(this);
  }

  /**
   * Ends the chunk.
   *
   * @param workerNanos time in the worker
   * @param handoverNanos time that getting it there and back has cost, or {@link #UNKNOWN}
   */
  public void finish(long workerNanos, long handoverNanos) {
    copyOut();
    tellOf();
    run.finish(this, workerNanos, handoverNanos, 0);
  }

  /**
   * Puts the values of items that succeeded where they go, without the lock. Nobody else writes
   * there; where items have failed, others may be at them again by now.
   */
  private void copyOut() {
    if (target == null || inPlace) {
      return;
    }
    int offset = (int) items.from();
    byte[] each = states;
    if (each == null) {
      System.arraycopy(values, 0, target, offset, succeeded);
    } else {
      for (int i = 0; i < size; i++) {
        if (each[i] == SETTLED) {
          target[offset + i] = values[i];
        }
      }
    }
    copiedOut = true;
  }

  /** Ends a chunk whose times say nothing: not all of it was executed. */
  public void finish() {
    copyOut();
    tellOf();
    run.finish(this, UNKNOWN, UNKNOWN, 0);
  }

  /** Ends the chunk after its worker died before it began any item. */
  public void finishFruitless() {
    copyOut();
    tellOf();
    run.finish(this, UNKNOWN, UNKNOWN, fruitlessDeaths() + 1);
  }

  // ---- what there is to see of it

  /** Tells what the worker did, if it did anything, before the run hears of the end. */
  void tellOf() {
    trail.tellOf(this);
  }

  /** Tells whether the item has no outcome, and has not been begun. */
  boolean isOpen(int position) {
    return state(position) == OPEN;
  }

  /** Returns how many items have been begun. */
  int executed() {
    if (states == null) {
      return Math.min(succeeded, size);
    }
    int executed = 0;
    for (int i = 0; i < size; i++) {
      executed += isOpen(i) ? 0 : 1;
    }
    return executed;
  }

  /** Returns how long an item took, 0 if that was not measured. */
  long nanos(int position) {
    return nanos == null ? 0 : nanos[position];
  }

  /** Returns since when its items could be claimed, 0 if that says nothing about this attempt. */
  long since() {
    return items.attempts() == 0 ? items.since() : 0;
  }

  // ---- the run's side, under its lock

  /** Items have ended since the worker took the chunk, other than by its death. */
  boolean hasProgressed() {
    return progressed || succeeded > 0;
  }

  boolean hasCrashed() {
    return crashed;
  }

  @Nullable Object value(int position) {
    return values[valuesOffset + position];
  }

  Settled settled(int position) {
    return settled(position, null);
  }

  Settled settled(int position, @Nullable ItemFailure failure) {
    boolean started = failure == null || failure.wasStarted() || state(position) == DROPPED;
    return new Settled(
        index(position),
        input(position),
        failure == null ? value(position) : null,
        failure,
        attempts() + (started ? 1 : 0),
        nanos == null ? 0 : nanos[position],
        worker);
  }

  /** Returns how many items have their results that have not been delivered. */
  long undelivered() {
    byte[] each = (byte[]) STATES.getAcquire(this);
    if (each == null) {
      return Math.max(0, (int) SUCCEEDED.getAcquire(this) - firstUndelivered);
    }
    long settled = 0;
    for (int i = firstUndelivered; i < each.length; i++) {
      if ((byte) STATE.getAcquire(each, i) == SETTLED) {
        settled++;
      }
    }
    return settled;
  }

  /** Gives what is settled and not delivered to the sink. Returns how many items that were. */
  int deliverTo(Sink sink) {
    byte[] each = states;
    return each == null ? deliverSucceeded(sink) : deliverNoted(sink, each);
  }

  private int deliverSucceeded(Sink sink) {
    int first = firstUndelivered;
    int end = succeeded;
    if (!inPlace && !copiedOut) {
      for (int i = first; i < end; i++) {
        sink.succeed(this, i);
      }
    }
    firstUndelivered = end;
    return end - first;
  }

  private int deliverNoted(Sink sink, byte[] each) {
    int delivered = 0;
    int undelivered = size;
    for (int i = firstUndelivered; i < size; i++) {
      if (each[i] == SETTLED) {
        if (!inPlace && !copiedOut) {
          sink.succeed(this, i);
        }
        each[i] = DELIVERED;
        delivered++;
      } else if (each[i] == OPEN && undelivered == size) {
        undelivered = i;
      }
    }
    firstUndelivered = undelivered;
    return delivered;
  }

  /** Hands each stretch of items that have not been begun to the run. */
  void forEachOpen(int deaths, Consumer<Items> taker) {
    int start = -1;
    for (int i = states == null ? succeeded : 0; i <= size; i++) {
      boolean open = i < size && state(i) == OPEN;
      if (open && start < 0) {
        start = i;
      } else if (!open && start >= 0) {
        taker.accept(items.slice(start, i, 0, deaths));
        start = -1;
      }
    }
  }

  /** Tells the sink of items that were begun and dropped. */
  void forEachDropped(IntConsumer taker) {
    for (int i = 0; i < size; i++) {
      if (state(i) == DROPPED) {
        taker.accept(i);
      }
    }
  }

  /** The item as one to be claimed again, after this attempt. */
  Items again(int position) {
    return items.slice(position, position + 1, 1, 0);
  }

  /** The item that its lane was at has been given up with the lane. */
  void dropFirstOpen() {
    for (int i = 0; i < size; i++) {
      if (state(i) == OPEN) {
        states()[i] = DROPPED;
        return;
      }
    }
  }

  @Override
  public String toString() {
    return "Chunk["
        + items.from()
        + "+"
        + size
        + " "
        + succeeded
        + " "
        + Arrays.toString(states)
        + "]";
  }
}
