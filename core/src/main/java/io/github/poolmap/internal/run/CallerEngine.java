package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.Mapper;
import io.github.poolmap.PoolKind;
import io.github.poolmap.PoolListener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Executes every call in the thread of its caller. */
final class CallerEngine extends Engine<Mapper<Object, Object>> {

  private final CallerScopes scopes;

  CallerEngine(
      String name,
      List<PoolListener> listeners,
      @Nullable LaneObserver observer,
      WorkerScope.Factory scopes) {
    super(name, listeners, observer);
    this.scopes = new CallerScopes(name, scopes, events().meter());
  }

  @Override
  public int workers() {
    return 1;
  }

  @Override
  public PoolKind kind() {
    return PoolKind.SERIAL;
  }

  @Override
  int liveWorkers() {
    return scopes.size();
  }

  @Override
  Mapper<Object, Object> prepare(Mapper<Object, Object> mapper) {
    return mapper;
  }

  @Override
  Stage<Mapper<Object, Object>> stage(MapOptions options, boolean waits) {
    return new CallerStage(scopes);
  }

  @Override
  boolean isCallers() {
    return true;
  }

  @Override
  public void shutdown() {
    scopes.shutdown();
  }

  /** There is none; the threads are those of the callers. */
  @Override
  public void awaitWorkers() {}

  @Override
  public void terminate(long millis) {
    scopes.close();
  }
}
