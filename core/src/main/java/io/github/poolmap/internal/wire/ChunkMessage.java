package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a {@link FrameType#CHUNK} frame: the function's id and six flags, then the items
 * in the order of their positions, each with its length before it. The length 0, which no item has,
 * stands for a position that is left out. Behind an item may stand, with a mark and their length
 * before them, the definitions of the classes that no item before it has used.
 *
 * <p>Read once, by one thread.
 */
public final class ChunkMessage {

  private static final int GOES_ON = 1;
  private static final int TIMED = 2;
  private static final int SECOND_FILE = 4;
  private static final int CPU_TIMED = 8;
  private static final int AHEAD = 16;
  private static final int OPENS_CALL = 32;

  /** Where the flags stand in a message. */
  private static final int FLAGS = 8;

  private static final int LEFT_OUT = 0;

  private final long functionId;
  private final int flags;
  private final ByteBuffer items;
  private final int end;

  private int position = -1;
  private int itemEnd;
  private @Nullable ByteBuffer definitions;

  private ChunkMessage(long functionId, int flags, ByteBuffer items) {
    this.functionId = functionId;
    this.flags = flags;
    this.items = items;
    this.end = items.limit();
    this.itemEnd = items.position();
  }

  /** Begins a message whose items have the first files for large values. */
  public static Packer begin(long functionId, boolean goesOn, boolean timed) {
    return begin(functionId, goesOn, timed, false, 0);
  }

  /**
   * Begins a message.
   *
   * @param cpuTimed whether the parent wants to know how long the worker computes
   * @param valueFile the number of the chunk's files, see {@link ValueFolder}
   */
  public static Packer begin(
      long functionId, boolean goesOn, boolean timed, boolean cpuTimed, int valueFile) {
    return new Packer(512)
        .putLong(functionId)
        .putByte(
            (goesOn ? GOES_ON : 0)
                | (timed ? TIMED : 0)
                | (cpuTimed ? CPU_TIMED : 0)
                | (valueFile == 0 ? 0 : SECOND_FILE));
  }

  /**
   * Appends an item; on failure the message is as before.
   *
   * @param writer has written those before it
   * @param leftOut how many positions between the item before this one and it have none
   * @param witness is told in the calling thread what the item is made of; null if nobody wants to
   *     know
   */
  public static void append(
      Packer message,
      ItemWriter writer,
      int leftOut,
      @Nullable Object value,
      ObjectCodec.@Nullable Witness witness) {
    int start = message.size();
    int defined = writer.definitions();
    try {
      for (int i = 0; i < leftOut; i++) {
        message.putByte(LEFT_OUT);
      }
      int sized = Sized.begin(message, Sized.isLarge(value));
      writer.write(message, value, "input", witness);
      Sized.end(message, sized);
      if (writer.definitions() > defined) {
        message.putByte(Sized.MARK);
        writer.define(message, defined);
      }
    } catch (Throwable t) {
      message.truncate(start);
      writer.forgetDefinitions(defined);
      throw t;
    }
  }

  /**
   * Says how a message is sent.
   *
   * @param ahead whether the worker still has the chunk before it, which then is of the same call
   * @param opensCall whether its call is later than those of all chunks with this function that the
   *     worker got before
   */
  public static void stamp(Packer message, boolean ahead, boolean opensCall) {
    message.array()[FLAGS] |= (byte) ((ahead ? AHEAD : 0) | (opensCall ? OPENS_CALL : 0));
  }

  public static ChunkMessage read(ByteBuffer payload) throws ProtocolException {
    if (payload.remaining() <= FLAGS) {
      throw new ProtocolException("chunk without function");
    }
    long functionId = payload.getLong();
    return new ChunkMessage(functionId, payload.get(), payload);
  }

  /** Returns which function. */
  public long functionId() {
    return functionId;
  }

  /** Tells whether the items behind one that failed are executed all the same. */
  public boolean goesOn() {
    return (flags & GOES_ON) != 0;
  }

  /** Tells whether the parent wants to know when an item starts and how long it takes. */
  public boolean timed() {
    return (flags & TIMED) != 0;
  }

  /** Tells whether the parent wants to know how long the worker computes. */
  public boolean cpuTimed() {
    return (flags & CPU_TIMED) != 0;
  }

  /** Tells whether it was sent before the chunk before it, of the same call, had ended. */
  public boolean isAhead() {
    return (flags & AHEAD) != 0;
  }

  /** Tells whether its call is later than those of all chunks with this function before it. */
  public boolean opensCall() {
    return (flags & OPENS_CALL) != 0;
  }

  /** Returns the number of the chunk's files, see {@link ValueFolder}. */
  public int valueFile() {
    return (flags & SECOND_FILE) == 0 ? 0 : 1;
  }

  public boolean hasNext() {
    return itemEnd < end;
  }

  /** Goes on to the next item, and returns its position. */
  public int nextPosition() throws ProtocolException {
    items.limit(end).position(itemEnd);
    int length;
    do {
      position++;
      length = Sized.read(items);
    } while (length == LEFT_OUT);
    int itemStart = items.position();
    itemEnd = itemStart + length;
    int last = itemEnd;
    if (itemEnd < end && items.get(itemEnd) == (byte) Sized.MARK) {
      items.position(itemEnd + 1);
      definitions = Sized.slice(items);
      itemEnd = items.position();
    }
    items.position(itemStart).limit(last);
    return position;
  }

  /**
   * Returns the bytes of the item, until {@link #nextPosition} goes on, and has its reader take
   * what it needs to know of classes.
   */
  public ByteBuffer item(ItemReader reader) throws ProtocolException {
    if (definitions != null) {
      reader.define(definitions);
      definitions = null;
    }
    return items;
  }
}
