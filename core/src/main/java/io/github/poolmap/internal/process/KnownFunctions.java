package io.github.poolmap.internal.process;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The functions that a pool has sent of late, by their bytes: one that comes again in another call
 * gets the number that it had, so that workers which have it need not be sent it, nor read it.
 *
 * <p>Only for functions that are the same whenever their bytes are, and have no state that one call
 * could leave to the next. Keeps bytes, and nothing of the program. Safe for use by many threads.
 */
final class KnownFunctions {

  /** More than a worker keeps, see {@link io.github.poolmap.internal.wire.Functions}. */
  private static final int KEPT = 64;

  /** What captures long texts is not worth the memory. */
  private static final int LARGEST = 4096;

  private final Map<ByteBuffer, Long> numbers =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Long> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * Returns the number of a function.
   *
   * @param bytes are not to be changed any more
   * @param next its number if it is not known
   */
  long number(byte[] bytes, long next) {
    if (bytes.length > LARGEST) {
      return next;
    }
    ByteBuffer key = ByteBuffer.wrap(bytes);
    synchronized (numbers) {
      Long known = numbers.putIfAbsent(key, next);
      return known == null ? next : known;
    }
  }
}
