package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import org.jspecify.annotations.Nullable;

/** The lane of a call that its caller executes itself: in a serial pool, and inside a task. */
final class CallerLane implements Lane<Mapper<Object, Object>> {

  private final InlineExecutor executor;
  private final @Nullable WorkerScope scope;
  private final int slot;
  private final PoolMeter meter;
  private final LaneClock clock;

  /**
   * Makes a lane.
   *
   * @param scope what the calling thread is as a worker; null if it is one already
   * @param slot the number of the worker that it is, or stands for
   */
  CallerLane(@Nullable WorkerScope scope, int slot, PoolMeter meter) {
    this.scope = scope;
    this.slot = slot;
    this.meter = meter;
    // What a task of the pool does is measured with that task.
    this.clock = slot == Chunk.NESTED ? new LaneClock(meter.calls()) : meter.attach(slot);
    this.executor = InlineExecutor.onCallersThread(slot);
  }

  /** The call has ended. */
  void end() {
    if (slot != Chunk.NESTED) {
      meter.detach(slot, clock);
    }
  }

  /** Executes what there is to claim. */
  void executeAll(Run<Mapper<Object, Object>> run) {
    Object before = scope == null ? null : scope.enter();
    try {
      Chunk<Mapper<Object, Object>> chunk;
      while ((chunk = run.claimLocked(this)) != null) {
        chunk.taken(System.nanoTime(), clock);
        executor.execute(chunk, same -> null);
      }
    } finally {
      clock.off(System.nanoTime());
      if (scope != null) {
        scope.leave(before);
      }
    }
  }

  @Override
  public @Nullable Runnable condemn(Run<Mapper<Object, Object>> run) {
    return executor.condemn(run);
  }

  @Override
  public boolean canBeAbandoned() {
    return false;
  }

  /** The caller is inside the task: there is nobody to go on without it. */
  @Override
  public boolean abandon(Run<Mapper<Object, Object>> run) {
    return false;
  }

  @Override
  public @Nullable UnderWay underWay(Chunk<Mapper<Object, Object>> chunk) {
    return executor.underWay(chunk);
  }

  @Override
  public @Nullable Runnable expire(Chunk<Mapper<Object, Object>> chunk, int position) {
    return executor.expire(chunk, position);
  }

  /** The caller is inside the task: there is nobody to go on without it. */
  @Override
  public void giveUp(Chunk<Mapper<Object, Object>> chunk, int position) {}
}
