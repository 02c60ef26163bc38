package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import org.jspecify.annotations.Nullable;

/** The lane of a call that its caller executes itself: in a serial pool, and inside a task. */
final class CallerLane implements Lane<Mapper<Object, Object>> {

  private final InlineExecutor executor = InlineExecutor.onCallersThread();

  /** Executes what there is to claim. */
  void executeAll(Run<Mapper<Object, Object>> run) {
    Chunk<Mapper<Object, Object>> chunk;
    while ((chunk = run.claimLocked(this)) != null) {
      executor.execute(chunk, same -> null);
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
}
