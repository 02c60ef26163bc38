package io.github.poolmap.internal.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The objects with an identity that one item is made of, in the order in which they were met, and
 * the numbers by which its reader will know them.
 *
 * <p>A part gets its number when it is complete: then the reader has it, too. One that is met again
 * before that contains itself. Few parts are searched one by one; an item with many has a table.
 */
final class SharedParts {

  /** Not met before. */
  static final int NEW = -1;

  /** Met, and not complete. */
  static final int OPEN = -2;

  private static final int FEW = 12;

  /** Not kept if an item has had more. */
  private static final int MANY = 1 << 12;

  private @Nullable Object[] parts = new Object[FEW + 4];
  private int[] numbers = new int[FEW + 4];
  private int count;
  private int complete;

  /** Open addressing: index of the part + 1, 0 where there is none. */
  private int[] table = {};

  /** Returns the number of a part, {@link #OPEN}, or {@link #NEW}: then it is one from now on. */
  int meet(Object part) {
    return count <= FEW ? meetOfFew(part) : meetOfMany(part);
  }

  @SuppressWarnings("ReferenceEquality") // This is about identity.
  private int meetOfFew(Object part) {
    for (int i = 0; i < count; i++) {
      if (parts[i] == part) {
        return numbers[i];
      }
    }
    append(part);
    if (count > FEW) {
      fillTable();
    }
    return NEW;
  }

  @SuppressWarnings("ReferenceEquality") // This is about identity.
  private int meetOfMany(Object part) {
    int mask = table.length - 1;
    int at = slot(part, mask);
    while (table[at] != 0) {
      int i = table[at] - 1;
      if (parts[i] == part) {
        return numbers[i];
      }
      at = (at + 1) & mask;
    }
    append(part);
    table[at] = count;
    if (count * 2 > table.length) {
      fillTable();
    }
    return NEW;
  }

  private static int slot(Object part, int mask) {
    int hash = System.identityHashCode(part) * 0x9E3779B9;
    return (hash ^ (hash >>> 16)) & mask;
  }

  private void append(Object part) {
    if (count == parts.length) {
      parts = Arrays.copyOf(parts, count * 2);
      numbers = Arrays.copyOf(numbers, count * 2);
    }
    parts[count] = part;
    numbers[count] = OPEN;
    count++;
  }

  private void fillTable() {
    table = new int[Integer.highestOneBit(count) * 4];
    int mask = table.length - 1;
    for (int i = 0; i < count; i++) {
      Object part = parts[i];
      if (part != null) {
        int at = slot(part, mask);
        while (table[at] != 0) {
          at = (at + 1) & mask;
        }
        table[at] = i + 1;
      }
    }
  }

  /** Returns what {@link #completed} wants to know of the part that was met last. */
  int latest() {
    return count - 1;
  }

  /** The part has been written. */
  void completed(int which) {
    numbers[which] = complete++;
  }

  /** Forgets the item. */
  void clear() {
    if (count == 0) {
      // A value without parts, as most items are.
      return;
    }
    if (count > MANY) {
      parts = new Object[FEW + 4];
      numbers = new int[FEW + 4];
    } else {
      Arrays.fill(parts, 0, count, null);
    }
    count = 0;
    complete = 0;
  }
}
