package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.Mapper;
import io.github.poolmap.ProgressListener;
import org.jspecify.annotations.Nullable;

/**
 * What a pool is asked to do.
 *
 * @param calls the calls that this one is one of, for those who close a pool
 * @param function the class of the user's function
 * @param mapper the function
 * @param inputs what it is applied to
 * @param options how
 * @param report shows its progress, if that is wanted
 */
public record Call(
    Calls calls,
    String function,
    Mapper<Object, Object> mapper,
    Iterable<?> inputs,
    MapOptions options,
    @Nullable ProgressListener report) {

  /** A call whose progress is not shown. */
  public Call(
      Calls calls,
      String function,
      Mapper<Object, Object> mapper,
      Iterable<?> inputs,
      MapOptions options) {
    this(calls, function, mapper, inputs, options, null);
  }
}
