package io.github.poolmap;

import io.github.poolmap.internal.run.Engine;
import io.github.poolmap.internal.run.Life;

/**
 * A pool without workers of its own: each calling thread executes its calls itself, item by item.
 *
 * <p>For debugging, since breakpoints and stack traces are those of a plain loop, and as the
 * baseline that other pools are compared with. Safe for use by many threads; their calls do not
 * wait for each other.
 *
 * @param <T> the bound of the inputs
 * @param <R> the bound of the results
 */
public final class SerialPool<T, R> extends EnginePool<T, R> {

  static final String DEFAULT_NAME = "poolmap-serial";

  private SerialPool(Engine<?> engine, Builder<T, R> builder) {
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
   * Builds a {@link SerialPool}. Not safe for use by many threads.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   */
  public static final class Builder<T, R> extends PoolBuilder<Builder<T, R>> {

    private Builder() {
      super(DEFAULT_NAME, 1, 1);
    }

    @Override
    Builder<T, R> self() {
      return this;
    }

    /**
     * Accepts 1, the number of workers that this pool has.
     *
     * @param count 1
     * @return this builder
     * @throws IllegalArgumentException if it is another number
     */
    @Override
    public Builder<T, R> workers(int count) {
      if (count != 1) {
        throw new IllegalArgumentException(
            "workers = " + count + " is out of range: a SerialPool runs in its caller's thread, 1");
      }
      return this;
    }

    Engine<?> newEngine() {
      return Engine.onCaller(
          name(), listeners(), observer(PoolKind.SERIAL, 1), PoolWorker.factory(initializer()));
    }

    /**
     * Makes the pool.
     *
     * @return the pool
     */
    public SerialPool<T, R> build() {
      return new SerialPool<>(newEngine(), this);
    }
  }
}
