package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a {@link FrameType#CHUNK} frame: the function's id and two flags, then for each
 * item its position in the chunk, its length and its bytes.
 *
 * @param functionId which function
 * @param goesOn whether the items behind one that failed are executed all the same
 * @param timed whether the parent wants to know when an item starts and how long it takes
 * @param items position, length, bytes, and so on to the end
 */
public record ChunkMessage(long functionId, boolean goesOn, boolean timed, ByteBuffer items) {

  private static final int GOES_ON = 1;
  private static final int TIMED = 2;

  public static Packer begin(long functionId, boolean goesOn, boolean timed) {
    return new Packer(512)
        .putLong(functionId)
        .putByte((goesOn ? GOES_ON : 0) | (timed ? TIMED : 0));
  }

  /** Appends one item; on failure the message is as before. */
  public static void append(Packer message, int position, @Nullable Object value) {
    append(message, position, value, null);
  }

  /**
   * Appends one item, and tells what it is made of; on failure the message is as before.
   *
   * @param witness is told in the calling thread; null if nobody wants to know
   */
  public static void append(
      Packer message, int position, @Nullable Object value, ObjectCodec.@Nullable Witness witness) {
    int start = message.size();
    message.putInt(position).putInt(0);
    try {
      ObjectCodec.encode(message, value, "input", witness);
      message.setInt(start + 4, message.size() - start - 8);
    } catch (Throwable t) {
      message.truncate(start);
      throw t;
    }
  }

  public static ChunkMessage read(ByteBuffer payload) throws ProtocolException {
    if (payload.remaining() < 9) {
      throw new ProtocolException("chunk without function");
    }
    long functionId = payload.getLong();
    int flags = payload.get();
    return new ChunkMessage(functionId, (flags & GOES_ON) != 0, (flags & TIMED) != 0, payload);
  }

  public boolean hasNext() {
    return items.hasRemaining();
  }

  public int nextPosition() throws ProtocolException {
    return Unpacker.integer(items);
  }

  public ByteBuffer nextItem() throws ProtocolException {
    return Unpacker.slice(items, Unpacker.integer(items));
  }
}
