package io.github.poolmap.internal.wire;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions that a worker has been sent and still keeps: the most recently used few.
 *
 * <p>Those that have no state are used by all calls with the same function; so a worker that has
 * one from an earlier call is not sent it again, and need not read it again.
 *
 * <p>Parent and worker each keep such a book, and both put and get in the same order, that of the
 * frames on the data socket. So the parent knows without asking what the worker has forgotten.
 *
 * @param <V> what this side notes of a function
 */
public final class Functions<V> {

  private static final int KEPT = 16;

  private final Map<Long, V> byId =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, V> eldest) {
          return size() > KEPT;
        }
      };

  /** Returns what is noted, and counts it as used; null if the worker does not have it. */
  public @Nullable V get(long id) {
    return byId.get(id);
  }

  public void put(long id, V value) {
    byId.put(id, value);
  }
}
