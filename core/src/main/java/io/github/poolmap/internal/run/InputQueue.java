package io.github.poolmap.internal.run;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Inputs that have been read and not been claimed yet. Guarded by the lock of its run.
 *
 * <p>A collection is taken as it is; claims are views of it. Inputs that come one by one are copied
 * when they are claimed, so that the queue stays as short as what waits in it.
 */
final class InputQueue {

  private static final @Nullable Object[] NONE = {};

  private @Nullable Object[] array = NONE;

  /** When each of them came. */
  private long[] times = {};

  private int head;
  private int tail;
  private @Nullable Inputs snapshot;

  /** When that came. */
  private long snapshotTime;

  private long claimed;

  /** Returns how many wait. */
  int size() {
    return tail - head;
  }

  /** Returns how many have been claimed, which is also the index of the next one. */
  long claimed() {
    return claimed;
  }

  /** Returns how many have been read. */
  long read() {
    return claimed + size();
  }

  /** Takes all inputs at once. */
  void addAll(Inputs all) {
    if (read() > 0) {
      throw new IllegalStateException("inputs are there already");
    }
    snapshot = all;
    snapshotTime = System.nanoTime();
    tail = all.size();
  }

  void add(@Nullable Object input) {
    if (tail == array.length) {
      makeRoom();
    }
    array[tail] = input;
    times[tail++] = System.nanoTime();
  }

  private void makeRoom() {
    int size = size();
    if (head > size) {
      System.arraycopy(array, head, array, 0, size);
      System.arraycopy(times, head, times, 0, size);
      Arrays.fill(array, size, tail, null);
    } else {
      @Nullable Object[] larger = new Object[Math.max(16, Math.addExact(size, size >> 1))];
      System.arraycopy(array, head, larger, 0, size);
      long[] longer = new long[larger.length];
      System.arraycopy(times, head, longer, 0, size);
      array = larger;
      times = longer;
    }
    head = 0;
    tail = size;
  }

  /** Claims the next ones. */
  Items take(int size) {
    Items taken;
    if (snapshot != null) {
      taken = new Items(claimed, size, snapshot, head, 0, 0, snapshotTime);
    } else {
      Inputs copy = Inputs.of(Arrays.copyOfRange(array, head, head + size));
      taken = new Items(claimed, size, copy, 0, 0, 0, times[head]);
      Arrays.fill(array, head, head + size, null);
    }
    head += size;
    claimed += size;
    return taken;
  }
}
