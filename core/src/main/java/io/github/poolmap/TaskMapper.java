package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Task} as a mapper that ignores its input.
 *
 * @param task the work
 * @param <B> type of the result
 */
record TaskMapper<B>(Task<? extends B> task) implements Mapper<@Nullable Object, B> {

  @Override
  public B map(@Nullable Object nothing) throws Exception {
    return task.run();
  }
}
