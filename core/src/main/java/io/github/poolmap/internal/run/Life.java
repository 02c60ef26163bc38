package io.github.poolmap.internal.run;

import io.github.poolmap.PoolKind;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of a pool, of a handle, or of all pools together: calls first, then the workers that go
 * with them.
 */
public final class Life {

  /** What an abandoned call may take beyond the grace period to be seen as ended. */
  private static final long CALLS_MILLIS = 300;

  /**
   * What killed workers may take to be gone. Both together stay below the second that is promised.
   */
  private static final long WORKERS_MILLIS = 500;

  private final Calls calls;
  private final Supplier<? extends Collection<? extends Engine<?>>> engines;

  /** As long as a handle can be used, what it comes from has not been dropped. */
  @SuppressWarnings({"unused", "UnusedVariable"})
  private final @Nullable Life owner;

  private final OpenPools.@Nullable Watch watch;

  /**
   * Makes a life.
   *
   * @param calls the calls to wait for
   * @param engines the engines that end with them; none for a handle
   * @param owner whose handle it is, null if it is none
   * @param watched whether somebody has to close it
   */
  private Life(
      Calls calls,
      Supplier<? extends Collection<? extends Engine<?>>> engines,
      @Nullable Life owner,
      boolean watched) {
    this.calls = calls;
    this.engines = engines;
    this.owner = owner;
    this.watch = watched ? OpenPools.watch(this) : null;
  }

  /** The life of one pool that has its workers for itself. */
  public static Life of(Engine<?> engine) {
    List<Engine<?>> one = List.of(engine);
    boolean hasWorkers = engine.kind() != PoolKind.SERIAL;
    return new Life(new Calls(engine.name(), null), () -> one, null, hasWorkers);
  }

  /** The life of several pools together. */
  public static Life ofAll(
      String name, Supplier<? extends Collection<? extends Engine<?>>> engines) {
    return new Life(new Calls(name, null), engines, null, true);
  }

  /** The life of a handle: its workers belong to somebody else. */
  public static Life ofHandle(String name, Life owner) {
    return new Life(new Calls(name, owner.calls), List::of, owner, false);
  }

  private void unwatch() {
    if (watch != null) {
      watch.cancel();
    }
  }

  public Calls calls() {
    return calls;
  }

  /** Refuses calls, cancels streams, waits for the other calls under way, ends the workers. */
  public void close() {
    unwatch();
    calls.refuse();
    calls.cancelStreams();
    if (calls.isInside()) {
      // To wait would be to wait for itself. The workers end after the last call.
      engines.get().forEach(Engine::shutdown);
      return;
    }
    try {
      calls.awaitNone();
      engines.get().forEach(Engine::shutdown);
      for (Engine<?> engine : engines.get()) {
        engine.awaitWorkers();
      }
    } catch (InterruptedException e) {
      terminate();
      Thread.currentThread().interrupt();
    }
  }

  /** Refuses calls, stops those under way, ends the workers at once. */
  public void terminate() {
    unwatch();
    // Stopped before calls are refused: a task that is refused a call of its own must not fail for
    // it.
    calls.stop();
    calls.refuseAll();
    long graceMillis = calls.longestGraceMillis();
    calls.stop();
    engines.get().forEach(Engine::shutdown);
    boolean inside = calls.isInside();
    boolean interrupted = false;
    try {
      if (!inside) {
        calls.awaitNone(graceMillis + CALLS_MILLIS);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    long end = System.nanoTime() + WORKERS_MILLIS * 1_000_000;
    for (Engine<?> engine : engines.get()) {
      try {
        long left = Math.max(0, (end - System.nanoTime()) / 1_000_000);
        engine.terminate(inside || interrupted ? 0 : left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
