package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.Mapper;
import io.github.poolmap.PoolException;
import io.github.poolmap.PoolKind;
import io.github.poolmap.PoolListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Passes calls to lanes. */
class LaneEngine<F> extends Engine<F> {

  private final Backend<F> backend;
  private final Dispatcher<F> dispatcher;
  private final NestedLanes<F> nestedLanes;

  LaneEngine(
      String name,
      int most,
      Duration idleTimeout,
      Backend<F> backend,
      List<PoolListener> listeners,
      @Nullable LaneObserver observer) {
    super(name, listeners, observer);
    this.backend = backend;
    this.dispatcher = new Dispatcher<>(name, most, 0, idleTimeout, backend, events());
    this.nestedLanes = new NestedLanes<>(name, most, backend, events());
  }

  final Dispatcher<F> dispatcher() {
    return dispatcher;
  }

  @Override
  public int workers() {
    return dispatcher.lanes();
  }

  @Override
  public PoolKind kind() {
    return backend.kind();
  }

  @Override
  Backend.Shipped shipped() {
    return backend.shipped();
  }

  @Override
  int liveWorkers() {
    return dispatcher.liveLanes();
  }

  @Override
  F prepare(Mapper<Object, Object> mapper) {
    return backend.prepare(mapper);
  }

  /**
   * A call from inside a task has a lane of its own: a worker that waited for workers could wait
   * for itself. If the task does nothing but wait it does the work; otherwise one thread is there
   * for the call and ends with it.
   */
  @Override
  Stage<F> stage(MapOptions options, boolean waits) {
    if (!PoolLane.isCurrent()) {
      return new Stage.OfLanes<>(dispatcher, false);
    }
    if (!backend.isInline()) {
      if (PoolLane.isTaskThread()) {
        return new Stage.OfLanes<>(dispatcher, false);
      }
      throw new PoolException(
          name()
              + ": called while "
              + Thread.currentThread().getName()
              + " reads or writes a value; such code cannot wait for worker processes",
          null);
    }
    boolean timed = options.taskTimeout().isPresent() || options.callTimeout().isPresent();
    if (waits && !timed) {
      @SuppressWarnings("unchecked") // Backends that are inline take the function as it is.
      Stage<F> callers = (Stage<F>) new CallerStage(() -> null);
      return callers;
    }
    return nestedLanes.newStage();
  }

  @Override
  boolean isCallers() {
    return false;
  }

  @Override
  public void shutdown() {
    dispatcher.shutdown();
  }

  @Override
  public void awaitWorkers() throws InterruptedException {
    dispatcher.awaitLanes();
    nestedLanes.awaitLanes();
  }

  @Override
  public void terminate(long millis) throws InterruptedException {
    dispatcher.shutdown();
    backend.terminate();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    dispatcher.awaitLanesUntil(end);
    nestedLanes.awaitLanesUntil(end);
  }
}
