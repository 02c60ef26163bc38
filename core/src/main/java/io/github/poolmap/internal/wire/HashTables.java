package io.github.poolmap.internal.wire;

import java.util.Collection;

/**
 * How a hash table gets the order of another one: if it is as large, and is filled in that order.
 *
 * <p>The JDK does not tell how large a table is. But its elements come in the order of their
 * places, which shows whether it is as large as one that grew by itself, or was made larger.
 */
final class HashTables {

  /** Tables that are doubled more often beyond what they need get another order. */
  private static final int MOST_DOUBLINGS = 3;

  private static final int DEFAULT = 16;
  private static final int LARGEST = 1 << 30;

  private HashTables() {}

  /** Returns the size of a table that grew by itself: three quarters of it are filled at most. */
  static int capacity(int size) {
    int capacity = DEFAULT;
    while (capacity < LARGEST && size > capacity / 4 * 3) {
      capacity <<= 1;
    }
    return capacity;
  }

  /** Returns the size of the table of these keys, as a power of two. */
  static int power(Collection<?> keys, int size) {
    int natural = capacity(size);
    for (int capacity = natural; capacity <= largest(size); capacity <<= 1) {
      if (isOrderOf(keys, capacity - 1)) {
        return Integer.numberOfTrailingZeros(capacity);
      }
    }
    // Copies of small maps are smaller than what is the default.
    for (int capacity = natural / 2; capacity > size; capacity >>= 1) {
      if (isOrderOf(keys, capacity - 1)) {
        return Integer.numberOfTrailingZeros(capacity);
      }
    }
    return Integer.numberOfTrailingZeros(natural);
  }

  private static int largest(int size) {
    return (int) Math.min(LARGEST / 2, (long) capacity(size) << MOST_DOUBLINGS);
  }

  /** Returns the size of a table that has been written. */
  static int capacity(int size, int power) throws ProtocolException {
    if (power < 0 || power > 30 || 1 << power > Math.max(capacity(size), largest(size))) {
      throw new ProtocolException("a table of 2^" + power + " for " + size);
    }
    return 1 << power;
  }

  private static boolean isOrderOf(Collection<?> keys, int mask) {
    int last = 0;
    for (Object key : keys) {
      int hash = key == null ? 0 : key.hashCode();
      int place = (hash ^ (hash >>> 16)) & mask;
      if (place < last) {
        return false;
      }
      last = place;
    }
    return true;
  }
}
