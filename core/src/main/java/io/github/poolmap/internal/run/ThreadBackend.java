package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import io.github.poolmap.PoolKind;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Lanes that execute their chunks in their own thread, platform or virtual. */
public final class ThreadBackend implements Backend<Mapper<Object, Object>> {

  private final WorkerScope.Factory scopes;

  /** Threads from this slot on are virtual. */
  private final int firstVirtual;

  private final int endVirtual;

  private final Set<InlineExecutor> executors = ConcurrentHashMap.newKeySet();
  private volatile boolean terminated;

  private ThreadBackend(WorkerScope.Factory scopes, int firstVirtual, int endVirtual) {
    this.scopes = scopes;
    this.firstVirtual = firstVirtual;
    this.endVirtual = endVirtual;
  }

  /** Lanes on platform threads. */
  public static ThreadBackend platform(WorkerScope.Factory scopes) {
    return new ThreadBackend(scopes, 0, 0);
  }

  /** Lanes on virtual threads, which this JVM has to have. */
  public static ThreadBackend virtual(WorkerScope.Factory scopes) {
    return new ThreadBackend(scopes, 0, Integer.MAX_VALUE);
  }

  /**
   * Lanes on platform threads, but for some numbers.
   *
   * @param firstVirtual the first lane on a virtual thread
   * @param endVirtual the first one after it that is on a platform thread again
   */
  static ThreadBackend mixed(WorkerScope.Factory scopes, int firstVirtual, int endVirtual) {
    return new ThreadBackend(scopes, firstVirtual, endVirtual);
  }

  @Override
  public PoolKind kind() {
    return PoolKind.THREADS;
  }

  @Override
  public Mapper<Object, Object> prepare(Mapper<Object, Object> mapper) {
    return mapper;
  }

  @Override
  public ChunkExecutor<Mapper<Object, Object>> newExecutor(int slot, String laneName) {
    InlineExecutor executor =
        InlineExecutor.onPoolThread(laneName, slot, scopes, executors::remove);
    executors.add(executor);
    if (terminated) {
      interrupt(executor);
    }
    return executor;
  }

  @Override
  public Thread newThread(int slot, Runnable lane, String name) {
    return slot >= firstVirtual && slot < endVirtual
        ? VirtualThreads.unstarted(lane, name)
        : new LaneThread(lane, name, true);
  }

  @Override
  public void refuseToOpen() {}

  @Override
  public void terminate() {
    terminated = true;
    executors.forEach(ThreadBackend::interrupt);
  }

  private static void interrupt(InlineExecutor executor) {
    for (Runnable interrupt : Arrays.asList(executor.refuseToOpen(), executor.interruptClosing())) {
      if (interrupt != null) {
        Errands.run(interrupt);
      }
    }
  }
}
