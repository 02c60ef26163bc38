package io.github.poolmap.internal.wire;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** What is left in a buffer, as a stream. */
final class BufferStream extends InputStream {

  private ByteBuffer buffer;

  BufferStream(ByteBuffer buffer) {
    this.buffer = buffer;
  }

  /** Goes on with another buffer. */
  void change(ByteBuffer next) {
    buffer = next;
  }

  @Override
  public int read() {
    return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (!buffer.hasRemaining()) {
      return length == 0 ? 0 : -1;
    }
    int read = Math.min(length, buffer.remaining());
    buffer.get(target, offset, read);
    return read;
  }

  @Override
  public int available() {
    return buffer.remaining();
  }
}
