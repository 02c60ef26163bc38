package io.github.poolmap.internal.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads what a {@link Packer} wrote, and checks lengths before it believes them. */
final class Unpacker {

  private Unpacker() {}

  static @Nullable String string(ByteBuffer from) throws ProtocolException {
    int length = integer(from);
    return length == -1 ? null : new String(bytes(from, length), StandardCharsets.UTF_8);
  }

  static byte[] bytes(ByteBuffer from, int length) throws ProtocolException {
    if (length < 0 || length > from.remaining()) {
      throw new ProtocolException(length + " bytes announced where there are " + from.remaining());
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }

  /** Cuts off a part that becomes a buffer of its own, without copying. */
  static ByteBuffer slice(ByteBuffer from, int length) throws ProtocolException {
    if (length < 0 || length > from.remaining()) {
      throw new ProtocolException(length + " bytes announced where there are " + from.remaining());
    }
    ByteBuffer part = from.slice(from.position(), length);
    from.position(from.position() + length);
    return part;
  }

  static int integer(ByteBuffer from) throws ProtocolException {
    try {
      return from.getInt();
    } catch (BufferUnderflowException e) {
      throw new ProtocolException("frame ends too early");
    }
  }

  /** Reads what {@link Packer#putCount} put. */
  static int count(ByteBuffer from) throws ProtocolException {
    int value = 0;
    for (int shift = 0; shift < 32; shift += 7) {
      int next = smallInteger(from);
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        if (value < 0) {
          break;
        }
        return value;
      }
    }
    throw new ProtocolException("count out of range");
  }

  static long longInteger(ByteBuffer from) throws ProtocolException {
    try {
      return from.getLong();
    } catch (BufferUnderflowException e) {
      throw new ProtocolException("frame ends too early");
    }
  }

  static int shortInteger(ByteBuffer from) throws ProtocolException {
    try {
      return from.getShort();
    } catch (BufferUnderflowException e) {
      throw new ProtocolException("frame ends too early");
    }
  }

  static int smallInteger(ByteBuffer from) throws ProtocolException {
    try {
      return from.get();
    } catch (BufferUnderflowException e) {
      throw new ProtocolException("frame ends too early");
    }
  }
}
