package io.github.poolmap.internal.run;

import io.github.poolmap.PoolStats;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The slowest items of a pool. Guarded by the lock of its meter, but for {@link #describe}.
 *
 * <p>To describe an input runs user code and may take long, so that is not done by the thread that
 * has executed it, unless the input is of a kind that is known to be harmless. The others wait for
 * {@link #describe}, and are let go of then: nothing here keeps a large input from being collected.
 */
final class SlowItems {

  private static final int MOST = 10;

  /** Items that took less are described only if their inputs are still there when somebody asks. */
  private static final long WORTH_A_TEXT_NANOS = 1_000_000;

  private static final Comparator<Slow> BY_DURATION = Comparator.comparingLong(slow -> slow.nanos);

  private final PriorityQueue<Slow> items = new PriorityQueue<>(BY_DURATION);

  /** Those that have to be described. */
  private List<Slow> undescribed = new ArrayList<>();

  private static final class Slow {

    final long call;
    final long index;
    final long nanos;
    final String worker;
    final WeakReference<Object> remembered;
    final String type;

    /** What is to be described; null if that has been done, or is not wanted. */
    volatile @Nullable Object input;

    /** Null until it has been described. */
    volatile @Nullable String text;

    Slow(long call, long index, long nanos, String worker, @Nullable Object input) {
      this.call = call;
      this.index = index;
      this.nanos = nanos;
      this.worker = worker;
      this.remembered = new WeakReference<>(input);
      this.type = input == null ? "" : input.getClass().getName();
      if (isHarmless(input)) {
        text = Descriptions.ofInput(input);
      } else if (nanos >= WORTH_A_TEXT_NANOS) {
        this.input = input;
      }
    }

    /** Runs user code. */
    void describe() {
      Object subject = input;
      if (subject != null && text == null) {
        text = Descriptions.ofInput(subject);
      }
      input = null;
    }

    /** Runs user code. */
    PoolStats.SlowItem toItem() {
      String known = text;
      if (known == null) {
        Object subject = remembered.get();
        known = subject == null ? type + ", not there any more" : Descriptions.ofInput(subject);
      }
      return new PoolStats.SlowItem(call, index, Duration.ofNanos(nanos), worker, known);
    }
  }

  private static boolean isHarmless(@Nullable Object input) {
    return input == null
        || input instanceof String
        || input instanceof Integer
        || input instanceof Long
        || input instanceof Double
        || input instanceof Float
        || input instanceof Short
        || input instanceof Byte
        || input instanceof Character
        || input instanceof Boolean
        || input.getClass() == File.class
        || input instanceof URI
        || input instanceof UUID
        || (input instanceof Path && input.getClass().getClassLoader() == null);
  }

  /** Tells whether an item that took so long is one of them. */
  boolean wants(long nanos) {
    Slow least = items.size() < MOST ? null : items.peek();
    return least == null || nanos > least.nanos;
  }

  /** Takes an item in that is one of them. */
  void add(long call, long index, long nanos, String worker, @Nullable Object input) {
    Slow slow = new Slow(call, index, nanos, worker, input);
    if (items.size() == MOST) {
      items.poll();
    }
    items.add(slow);
    if (slow.input != null) {
      undescribed.add(slow);
    }
  }

  /** Returns what describes those that are to be; null if there are none. */
  @Nullable Runnable takeUndescribed() {
    if (undescribed.isEmpty()) {
      return null;
    }
    List<Slow> describing = undescribed;
    undescribed = new ArrayList<>();
    return () -> describing.forEach(Slow::describe);
  }

  /** Returns those that there are now, for {@link #describe}. */
  List<Object> snapshot() {
    List<Object> sorted = new ArrayList<>(items);
    sorted.sort((a, b) -> BY_DURATION.compare((Slow) b, (Slow) a));
    return sorted;
  }

  /** Describes what {@link #snapshot} has returned. Needs no lock, and runs user code. */
  static List<PoolStats.SlowItem> describe(List<Object> snapshot) {
    return snapshot.stream().map(slow -> ((Slow) slow).toItem()).toList();
  }
}
