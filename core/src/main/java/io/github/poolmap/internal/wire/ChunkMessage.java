package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a {@link FrameType#CHUNK} frame: the function's id, then for each item its
 * position in the chunk, its length and its bytes. A chunk ends with its first failure.
 *
 * @param functionId which function
 * @param items position, length, bytes, and so on to the end
 */
public record ChunkMessage(long functionId, ByteBuffer items) {

  public static Packer begin(long functionId) {
    return new Packer(512).putLong(functionId);
  }

  /** Appends one item; on failure the message is as before. */
  public static void append(Packer message, int position, @Nullable Object value) {
    int start = message.size();
    message.putInt(position).putInt(0);
    try {
      ObjectCodec.encode(message, value, "input");
      message.setInt(start + 4, message.size() - start - 8);
    } catch (Throwable t) {
      message.truncate(start);
      throw t;
    }
  }

  public static ChunkMessage read(ByteBuffer payload) throws ProtocolException {
    if (payload.remaining() < 8) {
      throw new ProtocolException("chunk without function");
    }
    return new ChunkMessage(payload.getLong(), payload);
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
