package io.github.poolmap;

import java.io.Serializable;

/**
 * A piece of work without input, run by {@link Pool#apply apply}. What {@link Mapper} says of
 * serialization, threads and interrupts holds here too.
 *
 * @param <R> what it gives back
 */
@FunctionalInterface
public interface Task<R> extends Serializable {

  /**
   * Does the work.
   *
   * @return the result, may be null
   * @throws Exception whatever went wrong; the caller gets it as the cause of a {@link
   *     TaskException}
   */
  R run() throws Exception;
}
