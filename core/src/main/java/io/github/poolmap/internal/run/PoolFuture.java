package io.github.poolmap.internal.run;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The future of a call. Whoever completes it, the work is stopped first, and not only after all
 * that depends on it has run. What depends on it runs on threads that no call depends on, also by
 * default.
 */
final class PoolFuture<V extends @Nullable Object> extends CompletableFuture<V> {

  private volatile Runnable stopWork = () -> {};
  private volatile boolean takenByOthers;

  /** Says how to stop the work; called once. */
  @SuppressWarnings("FutureReturnValueIgnored") // What it would tell is told by this one.
  void onCompletion(Runnable stop) {
    stopWork = stop;
    // For those who complete it by other means than the methods below.
    whenComplete((result, failure) -> stop.run());
  }

  /**
   * The work has ended: completes this, unless somebody else does.
   *
   * @param results gives or throws what the work has come to
   * @param before is told what it failed with, null if it did not, before others hear of it
   */
  void deliver(Supplier<V> results, Consumer<@Nullable Throwable> before) {
    V result;
    try {
      result = results.get();
    } catch (Throwable t) {
      before.accept(t);
      if (!takenByOthers) {
        super.completeExceptionally(t);
      }
      return;
    }
    before.accept(null);
    if (!takenByOthers) {
      super.complete(result);
    }
  }

  @Override
  public boolean complete(V value) {
    stopUnlessDone();
    return super.complete(value);
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    requireNonNull(failure, "failure");
    stopUnlessDone();
    return super.completeExceptionally(failure);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    stopUnlessDone();
    return super.cancel(mayInterruptIfRunning);
  }

  private void stopUnlessDone() {
    if (!isDone()) {
      takenByOthers = true;
      stopWork.run();
    }
  }

  @Override
  public Executor defaultExecutor() {
    return Callbacks.EXECUTOR;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new PoolFuture<>();
  }
}
