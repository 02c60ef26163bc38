package io.github.poolmap.internal.run;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has not yielded yet: a ring of the items from the next one on in input order, or
 * those that have ended in the order in which they did.
 *
 * <p>A cell holds the value itself, {@link #NULL} for a null, a {@link Settled} for a failure and
 * for all items of a stream of outcomes, or null if there is nothing yet.
 */
final class StreamSink extends Sink {

  /** In what order, and what of each item, a stream yields. */
  enum Form {
    /** Values in the order of the inputs. */
    ORDERED(OnFailure.FINISH_EARLIER),
    /** Values as they come. */
    UNORDERED(OnFailure.STOP),
    /** Outcomes as they come. */
    OUTCOMES(OnFailure.GO_ON);

    private final OnFailure onFailure;

    Form(OnFailure onFailure) {
      this.onFailure = onFailure;
    }
  }

  private static final Object NULL = new Object();

  private final Form form;
  private @Nullable Object[] ring = new Object[16];

  /** The serialized size of the results in the ring, where it is known. */
  private final Map<Long, Long> sizes = new HashMap<>();

  private long bytesHeld;

  /** Ordered: the index of the next item to yield. Otherwise a count of those yielded. */
  private long next;

  /** Not ordered: a count of those that have come. */
  private long come;

  /** A failure that ends the stream at once. */
  private @Nullable Settled fatal;

  StreamSink(Form form) {
    this.form = form;
  }

  @Override
  OnFailure onFailure() {
    return form.onFailure;
  }

  @Override
  boolean wantsTimes() {
    return form == Form.OUTCOMES;
  }

  @Override
  boolean isStream() {
    return true;
  }

  @Override
  long bytesHeld() {
    return bytesHeld;
  }

  @Override
  void succeed(Chunk<?> chunk, int position) {
    long at = form == Form.ORDERED ? chunk.index(position) : come;
    long bytes = chunk.resultBytes(position);
    if (bytes > 0) {
      sizes.put(at, bytes);
      bytesHeld += bytes;
    }
    Object value = form == Form.OUTCOMES ? chunk.settled(position) : chunk.value(position);
    put(at, value == null ? NULL : value);
  }

  @Override
  void fail(Settled failed) {
    switch (form) {
      case ORDERED -> put(failed.index(), failed);
      case UNORDERED -> fatal = fatal == null ? failed : fatal;
      case OUTCOMES -> put(come, failed);
    }
  }

  @Override
  void leaveOpen(Settled unfinished) {
    if (form == Form.OUTCOMES) {
      put(come, unfinished);
    }
  }

  private void put(long at, Object cell) {
    come++;
    if (at - next >= ring.length) {
      grow(at - next + 1);
    }
    int slot = (int) (at & (ring.length - 1));
    if (ring[slot] != null) {
      throw new IllegalStateException("item " + at + " has an outcome already");
    }
    ring[slot] = cell;
  }

  private void grow(long needed) {
    int size = ring.length;
    while (size < needed) {
      size = Math.multiplyExact(size, 2);
    }
    @Nullable Object[] larger = new Object[size];
    for (long at = next; at < next + ring.length; at++) {
      larger[(int) (at & (size - 1))] = ring[(int) (at & (ring.length - 1))];
    }
    ring = larger;
  }

  /** Returns how many have been yielded. */
  long yielded() {
    return next;
  }

  /** Returns the failure that ends the stream now, if there is one. */
  @Nullable Settled fatal() {
    return fatal;
  }

  boolean hasNext() {
    return ring[(int) (next & (ring.length - 1))] != null;
  }

  /** Takes the next one: a {@link Settled} or a value. */
  @Nullable Object take() {
    int slot = (int) (next & (ring.length - 1));
    Object cell = ring[slot];
    ring[slot] = null;
    if (bytesHeld > 0) {
      Long bytes = sizes.remove(next);
      bytesHeld -= bytes == null ? 0 : bytes;
    }
    next++;
    return cell == NULL ? null : cell;
  }

  /** Nobody reads on. */
  void clear() {
    Arrays.fill(ring, null);
    sizes.clear();
    bytesHeld = 0;
  }
}
