package io.github.poolmap;

import io.github.poolmap.internal.run.Engine;
import io.github.poolmap.internal.run.Life;
import io.github.poolmap.internal.run.ThreadBackend;
import io.github.poolmap.internal.run.VirtualThreads;
import io.github.poolmap.internal.run.WorkerScope;
import java.time.Duration;

/**
 * A pool whose workers are threads of this JVM: they share its heap, so nothing is copied, and use
 * all cores, since the JVM has no global interpreter lock.
 *
 * <p>The threads are platform threads unless the builder is told {@code virtual()}. They are
 * daemons, named after the pool, started on demand, and end when they had nothing to do for a
 * minute. A task that ignores its interrupt after a stop is left behind with its thread, which is
 * replaced. Safe for use by many threads.
 *
 * @param <T> the bound of the inputs
 * @param <R> the bound of the results
 */
public final class ThreadPool<T, R> extends EnginePool<T, R> {

  static final String DEFAULT_NAME = "poolmap-threads";
  static final int MOST_WORKERS = 10_000;
  static final int VIRTUAL_WORKERS = 1_000;

  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

  private ThreadPool(Engine<?> engine, Builder<T, R> builder) {
    super(engine, Life.of(engine), builder.options(), builder.carriers());
  }

  /**
   * Returns a builder with the default options.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return the builder
   */
  public static <T, R> Builder<T, R> builder() {
    return new Builder<>();
  }

  /**
   * Builds a {@link ThreadPool}. Not safe for use by many threads.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   */
  public static final class Builder<T, R> extends PoolBuilder<Builder<T, R>> {

    private boolean virtual;
    private boolean workersChosen;

    private Builder() {
      super(DEFAULT_NAME, Runtime.getRuntime().availableProcessors(), MOST_WORKERS);
    }

    @Override
    Builder<T, R> self() {
      return this;
    }

    @Override
    public Builder<T, R> workers(int count) {
      workersChosen = true;
      return super.workers(count);
    }

    /**
     * Makes the workers virtual threads, which cost next to nothing while they wait. The default
     * number of workers is then 1,000.
     *
     * @return this builder
     * @throws UnsupportedOperationException if this JDK is older than 21
     */
    public Builder<T, R> virtual() {
      VirtualThreads.check();
      virtual = true;
      return this;
    }

    Engine<?> newEngine() {
      WorkerScope.Factory scopes = PoolWorker.factory(initializer());
      int most = virtual && !workersChosen ? VIRTUAL_WORKERS : workers();
      return Engine.on(
          name(),
          most,
          IDLE_TIMEOUT,
          virtual ? ThreadBackend.virtual(scopes) : ThreadBackend.platform(scopes),
          listeners(),
          observer(PoolKind.THREADS, most));
    }

    /**
     * Makes the pool; starts nothing.
     *
     * @return the pool
     */
    public ThreadPool<T, R> build() {
      return new ThreadPool<>(newEngine(), this);
    }
  }
}
