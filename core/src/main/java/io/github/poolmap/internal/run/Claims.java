package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which items of a run can be claimed. Guarded by the lock of the run.
 *
 * <p>Items that have been read wait in a queue until they are claimed, in order. Some come back:
 * never begun, or for another attempt, at once or after a delay. A claim serves those first, lowest
 * index first. Items from the ceiling on are not started; it comes down when a failure ends a
 * stream at its position.
 */
final class Claims {

  private static final long NO_CEILING = Long.MAX_VALUE;

  private final Sink sink;
  private final OptionalInt maxInFlight;
  private final OptionalLong maxBytes;

  private final InputQueue fresh = new InputQueue();
  private boolean inputEnded;

  private final PriorityQueue<Items> returned = new PriorityQueue<>();
  private final Set<Items> delayed = new HashSet<>();

  /** Written under the lock, read without. */
  private volatile long ceiling = NO_CEILING;

  private long ended;
  private long bytesHeld;

  Claims(MapOptions options, Sink sink) {
    this.sink = sink;
    this.maxInFlight = options.maxInFlight();
    this.maxBytes = options.maxBytesInFlight();
  }

  // ---- inputs

  /** Takes all inputs at once. */
  void readAll(Inputs inputs) {
    fresh.addAll(inputs);
  }

  void read(@Nullable Object input) {
    fresh.add(input);
  }

  void endInput() {
    inputEnded = true;
  }

  boolean isInputEnded() {
    return inputEnded;
  }

  /** Returns how many inputs have been read. */
  long read() {
    return fresh.read();
  }

  /** Tells whether no more inputs are wanted. */
  boolean isInputComplete() {
    return inputEnded || ceiling != NO_CEILING;
  }

  /** Tells whether all that has been read is claimed or not wanted any more. */
  boolean isDrained() {
    return returned.isEmpty()
        && delayed.isEmpty()
        && (fresh.size() == 0 || fresh.claimed() >= ceiling);
  }

  /** Returns how many items have been read and have not ended. */
  long underWay() {
    return fresh.read() - ended;
  }

  /** Returns how many items have ended. */
  long ended() {
    return ended;
  }

  /** So many items have ended. */
  void end(long items) {
    ended += items;
  }

  // ---- claims

  boolean areThere() {
    return !returned.isEmpty() || fresh() > 0;
  }

  boolean haveReturned() {
    return !returned.isEmpty();
  }

  /** Returns how many items that have not been claimed yet can be. */
  int fresh() {
    if (isFull()) {
      return 0;
    }
    long most = Math.min(fresh.size(), ceiling - fresh.claimed());
    if (maxInFlight.isPresent() && !sink.isStream()) {
      most = Math.min(most, maxInFlight.getAsInt() - (fresh.claimed() - ended));
    }
    return (int) Math.max(0, most);
  }

  /** Returns how many items are there that nobody has claimed, bounds apart. */
  long left() {
    return Math.max(0, Math.min(fresh.size(), ceiling - fresh.claimed())) + returned.size();
  }

  /** Returns how many chunks could be claimed now, at most. */
  int chunks(ChunkSizer sizer) {
    return sizer.chunks(fresh()) + returned.size();
  }

  /** Claims items; there are some. */
  Items take(ChunkSizer sizer) {
    Items back = returned.poll();
    return back != null ? back : fresh.take(sizer.next(fresh()));
  }

  /** Takes items to be claimed again, as far as they are wanted. */
  void takeBack(Items items) {
    Items wanted = belowCeiling(items);
    if (wanted.size() > 0) {
      returned.add(wanted);
    }
  }

  /** Keeps items until they are to be claimed again. */
  void delay(Items items) {
    delayed.add(items);
  }

  /** The delay of these items is over. */
  void endDelay(Items items) {
    if (delayed.remove(items)) {
      takeBack(items);
    }
  }

  // ---- the ceiling

  /** Tells whether the failure of an earlier item has not made this one needless. */
  boolean isWanted(long index) {
    return index < ceiling;
  }

  /** Items from this one on are not wanted any more. */
  void lowerCeiling(long index) {
    ceiling = Math.min(ceiling, index);
    List<Items> earlier = new ArrayList<>(returned);
    returned.clear();
    earlier.forEach(this::takeBack);
    delayed.removeIf(items -> items.from() >= ceiling);
  }

  private Items belowCeiling(Items items) {
    long size = Math.max(0, Math.min(items.size(), ceiling - items.from()));
    return size == items.size() ? items : items.slice(0, (int) size, 0, items.fruitlessDeaths());
  }

  // ---- bytes

  /** Tells whether it counts how many serialized bytes are held. */
  boolean boundBytes() {
    return maxBytes.isPresent();
  }

  void hold(long bytes) {
    bytesHeld += bytes;
  }

  void release(long bytes) {
    bytesHeld -= bytes;
  }

  /** Returns how many bytes may still be held. */
  long bytesLeft() {
    return maxBytes.isPresent()
        ? maxBytes.getAsLong() - bytesHeld - sink.bytesHeld()
        : Long.MAX_VALUE;
  }

  /**
   * Tells whether so many bytes are held that nothing new is handed out. What has come back is, or
   * a stream could wait for ever for an item that only its own results keep from being done.
   */
  private boolean isFull() {
    return bytesLeft() <= 0;
  }

  // ---- the end

  /** Takes away all that has not been claimed. */
  List<Items> takeAll() {
    List<Items> open = new ArrayList<>(returned);
    open.addAll(delayed);
    returned.clear();
    delayed.clear();
    if (fresh.size() > 0) {
      open.add(fresh.take(fresh.size()));
    }
    return open;
  }
}
