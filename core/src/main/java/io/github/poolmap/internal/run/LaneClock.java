package io.github.poolmap.internal.run;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Adds up what a lane does with its time.
 *
 * <pre>
 *   OFF --startsUp--> START_UP --ready--> IDLE --taken--> HAND_OVER --released--> IDLE
 *                                                           |   ^
 *                                                 running --+   +-- ran
 * </pre>
 *
 * <p>Each change is told with the time at which it happened, by the clock of whoever did it; so
 * none of the times is what the others have left over. {@link #ran} tells afterwards when the
 * worker was at a chunk; until then {@link #running} is what is known.
 *
 * <p>Written by the lane's thread alone, some three times a chunk, and read by any: the writer
 * makes the version odd while it writes, and readers look again if they meet that.
 */
final class LaneClock {

  private enum Phase {
    OFF,
    START_UP,
    IDLE,
    HAND_OVER
  }

  private static final VarHandle VERSION;

  static {
    try {
      VERSION = MethodHandles.lookup().findVarHandle(LaneClock.class, "version", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final CallClock calls;

  private int version;

  // Written between two changes of the version.
  private Phase phase = Phase.OFF;
  private long since;
  private long callsSince;

  /** Since when the worker is at the chunk; 0 if it is not. */
  private long runningSince;

  private long startUp;
  private long busy;
  private long handOver;
  private long idle;
  private long idleInCalls;

  /**
   * Nanoseconds that a lane has spent.
   *
   * @param idleInCalls how much of the idle time there were calls under way
   */
  record Times(long startUp, long busy, long handOver, long idle, long idleInCalls) {

    static final Times NONE = new Times(0, 0, 0, 0, 0);

    Times plus(Times that) {
      return new Times(
          startUp + that.startUp,
          busy + that.busy,
          handOver + that.handOver,
          idle + that.idle,
          idleInCalls + that.idleInCalls);
    }
  }

  LaneClock(CallClock calls) {
    this.calls = calls;
  }

  /** A worker is about to be started. */
  void startsUp(long now) {
    turn(Phase.START_UP, now);
  }

  /** The worker is there. */
  void ready(long now) {
    turn(Phase.IDLE, now);
  }

  /** The lane has got a chunk. */
  void taken(long now) {
    turn(Phase.HAND_OVER, now);
  }

  /** The lane has done with its chunks. */
  void released(long now) {
    turn(Phase.IDLE, now);
  }

  /** There is no worker any more. */
  void off(long now) {
    turn(Phase.OFF, now);
  }

  private void turn(Phase next, long now) {
    beginWrite();
    long nanos = Math.max(0, now - since);
    switch (phase) {
      case OFF -> {}
      case START_UP -> startUp += nanos;
      case IDLE -> {
        idle += nanos;
        idleInCalls += Math.max(0, calls.at(now) - callsSince);
      }
      case HAND_OVER -> handOver += nanos;
    }
    if (next == Phase.IDLE) {
      callsSince = calls.at(now);
    }
    phase = next;
    since = now;
    runningSince = 0;
    endWrite();
  }

  /** The worker begins with the chunk that the lane has, or is about to. */
  void running(long now) {
    beginWrite();
    runningSince = now;
    endWrite();
  }

  /**
   * The worker has been at a chunk.
   *
   * @param isFollowed whether it has another one, at which it is now
   */
  void ran(long start, long end, boolean isFollowed) {
    beginWrite();
    handOver += Math.max(0, start - since);
    busy += end - start;
    since = end;
    runningSince = isFollowed ? end : 0;
    endWrite();
  }

  private void beginWrite() {
    VERSION.setOpaque(this, version + 1);
    VarHandle.storeStoreFence();
  }

  private void endWrite() {
    VERSION.setRelease(this, version + 1);
  }

  /** Tells whether there is a worker, or one is being started. */
  boolean isOn() {
    VERSION.getAcquire(this);
    return phase != Phase.OFF;
  }

  /** Returns how the time was spent until now. */
  Times times() {
    while (true) {
      int before = (int) VERSION.getAcquire(this);
      if ((before & 1) == 0) {
        Times times = timesAt(System.nanoTime());
        VarHandle.loadLoadFence();
        if ((int) VERSION.getOpaque(this) == before) {
          return times;
        }
      }
      Thread.onSpinWait();
    }
  }

  /** Adds what is under way. May see half of a change, and then does not count. */
  private Times timesAt(long now) {
    Phase present = phase;
    long nanos = Math.max(0, now - since);
    boolean handsOver = present == Phase.HAND_OVER;
    long running = handsOver && runningSince != 0 ? Math.max(0, now - runningSince) : 0;
    boolean idles = present == Phase.IDLE;
    return new Times(
        startUp + (present == Phase.START_UP ? nanos : 0),
        busy + running,
        handOver + (handsOver ? Math.max(0, nanos - running) : 0),
        idle + (idles ? nanos : 0),
        idleInCalls + (idles ? Math.max(0, calls.at(now) - callsSince) : 0));
  }
}
