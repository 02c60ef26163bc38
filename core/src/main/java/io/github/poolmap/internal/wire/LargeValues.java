package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;

/** A way for large arrays and buffers that does not lead through the bytes of a message. */
public final class LargeValues {

  /** From this size on a value is offered to the {@link Writer}. */
  public static final int THRESHOLD_BYTES = 1 << 20;

  private LargeValues() {}

  /** Returns the size of an element. */
  static int width(Buffer buffer) {
    if (buffer instanceof ByteBuffer) {
      return 1;
    }
    return buffer instanceof ShortBuffer || buffer instanceof CharBuffer
        ? 2
        : buffer instanceof IntBuffer || buffer instanceof FloatBuffer ? 4 : 8;
  }

  /** Puts values where the other side finds them. Used by one thread at a time. */
  public interface Writer {

    /**
     * Writes a value elsewhere, and where that is into the message.
     *
     * @param to gets the reference, which its {@link Reader} must be able to delimit
     * @param value a primitive array or a {@link java.nio.Buffer}, of the threshold's size or more
     * @return false if it is to travel in the message; nothing may have been put then
     */
    boolean write(Packer to, Object value);
  }

  /** Gets values from where a {@link Writer} put them. */
  public interface Reader {

    /**
     * Reads a reference, and no more than that, and gets the value.
     *
     * @throws IOException if it cannot; the item fails
     */
    Object read(ByteBuffer from) throws IOException;
  }
}
