package io.github.poolmap;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Carries context that is bound to a thread, such as that of tracing, from the caller of a pool to
 * its tasks.
 *
 * <pre>{@code
 * final class TraceCarrier implements ContextCarrier {
 *   public Object capture() {
 *     return Trace.currentId();
 *   }
 *
 *   public AutoCloseable attach(Object captured) {
 *     return Trace.continueWith((String) captured);
 *   }
 * }
 * }</pre>
 *
 * <p>For a {@link ProcessPool} the carrier and what it captures are serialized with the function.
 * The MDC of slf4j needs no carrier. Called by many threads at once.
 */
public interface ContextCarrier extends Serializable {

  /**
   * Takes the context of the calling thread: called once a call, in the thread of the caller.
   *
   * @return the context, or null if there is nothing to carry
   */
  @Nullable Object capture();

  /**
   * Makes the context that of the calling thread: called before each item, in the thread of its
   * worker. An exception is the failure of that item.
   *
   * @param captured what {@link #capture()} gave, for a process a copy of it; not null
   * @return what is closed after the item and restores the context that was there before
   * @throws Exception if the context cannot be made current
   */
  AutoCloseable attach(Object captured) throws Exception;
}
