package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/**
 * A mapper within the context of its caller.
 *
 * @param mapper the function
 * @param carrier restores the context
 * @param captured the context
 * @param <T> type of the inputs
 * @param <R> type of the results
 */
record CarryingMapper<T, R>(Mapper<T, R> mapper, ContextCarrier carrier, Object captured)
    implements Mapper<T, R> {

  /** The mapper within what the carrier finds in the calling thread; itself if that is nothing. */
  static <T, R> Mapper<T, R> carry(Mapper<T, R> mapper, ContextCarrier carrier) {
    @Nullable Object captured = carrier.capture();
    return captured == null ? mapper : new CarryingMapper<>(mapper, carrier, captured);
  }

  @Override
  public R map(T input) throws Exception {
    // Not a try with resources: what the function threw must stay what it is, whatever close()
    // does.
    AutoCloseable attached = carrier.attach(captured);
    R result;
    try {
      result = mapper.map(input);
    } catch (Throwable t) {
      try {
        attached.close();
      } catch (Throwable failureOfClose) {
        t.addSuppressed(failureOfClose);
      }
      throw t;
    }
    attached.close();
    return result;
  }
}
