package io.github.poolmap.internal.wire;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A growing buffer of big-endian values. */
public final class Packer extends OutputStream {

  private byte[] bytes;
  private int size;

  public Packer(int expected) {
    bytes = new byte[expected];
  }

  public byte[] array() {
    return bytes;
  }

  public int size() {
    return size;
  }

  /** Forgets what is there from this size on. */
  public void truncate(int newSize) {
    size = newSize;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  @Override
  public void write(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  public Packer putByte(int value) {
    write(value);
    return this;
  }

  public Packer putInt(int value) {
    ensure(4);
    setInt(size, value);
    size += 4;
    return this;
  }

  public Packer putLong(long value) {
    return putInt((int) (value >>> 32)).putInt((int) value);
  }

  public Packer putBytes(byte[] source) {
    write(source, 0, source.length);
    return this;
  }

  public Packer putShort(int value) {
    ensure(2);
    bytes[size] = (byte) (value >>> 8);
    bytes[size + 1] = (byte) value;
    size += 2;
    return this;
  }

  /** Puts a number that is small as a rule, and not negative: seven bits a byte. */
  Packer putCount(int value) {
    ensure(5);
    int rest = value;
    while (rest > 0x7f) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  /** Puts the length of a string and its characters, a byte each, which has to be enough. */
  @SuppressWarnings("deprecation") // It cuts off the upper byte. That is what is wanted.
  Packer putLatin(String value) {
    int length = value.length();
    putCount(length);
    ensure(length);
    value.getBytes(0, length, bytes, size);
    size += length;
    return this;
  }

  /** Makes room for so many bytes that the caller puts in place; little-endian. */
  ByteBuffer putRoom(int length) {
    ensure(length);
    ByteBuffer room = ByteBuffer.wrap(bytes, size, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    size += length;
    return room;
  }

  /** Puts a string by its length in bytes, -1 for null. */
  public Packer putString(@Nullable String value) {
    if (value == null) {
      return putInt(-1);
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return putInt(utf8.length).putBytes(utf8);
  }

  /** Sets an int that was put earlier. */
  public void setInt(int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  /** Returns a byte that was put earlier. */
  int byteAt(int at) {
    return bytes[at] & 0xff;
  }

  /** Sets a byte that was put earlier. */
  void setByte(int at, int value) {
    bytes[at] = (byte) value;
  }

  /** Moves what is there from this index on, so that there is a gap before it. */
  void insertGap(int at, int length) {
    ensure(length);
    System.arraycopy(bytes, at, bytes, at + length, size - at);
    size += length;
  }

  private void ensure(int more) {
    long needed = (long) size + more;
    if (needed > Frame.LARGEST_PAYLOAD) {
      throw new TooLargeException(needed);
    }
    if (needed > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.min(Frame.LARGEST_PAYLOAD, Math.max(needed, bytes.length * 2L)));
    }
  }
}
