package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The length before some bytes: in one byte if they are few, else a mark and four bytes.
 *
 * <p>It is known only once the bytes are there. One byte is reserved for it, and they are moved if
 * that was too little; only what may be huge gets room for the long form at once.
 */
final class Sized {

  /** Stands where a length is expected, and is none. */
  static final int MARK = 0xfe;

  private static final int LONG_FORM = 0xff;
  private static final int LENGTH_BYTES = 4;

  private Sized() {}

  /** Tells whether a value may be so large that its bytes should not be moved. */
  static boolean isLarge(@Nullable Object value) {
    return value != null && value.getClass().isArray();
  }

  /** Reserves room for a length. Returns what {@link #end} needs. */
  static int begin(Packer packer, boolean large) {
    int start = packer.size();
    packer.putByte(large ? LONG_FORM : 0);
    if (large) {
      packer.putInt(0);
    }
    return start;
  }

  /** Fills in the length of what has been put since. */
  static void end(Packer packer, int start) {
    if (packer.byteAt(start) == LONG_FORM) {
      packer.setInt(start + 1, packer.size() - start - 1 - LENGTH_BYTES);
      return;
    }
    int length = packer.size() - start - 1;
    if (length < MARK) {
      packer.setByte(start, length);
    } else {
      packer.insertGap(start + 1, LENGTH_BYTES);
      packer.setByte(start, LONG_FORM);
      packer.setInt(start + 1, length);
    }
  }

  /** Returns where the bytes end that were put behind a length. */
  static int end(byte[] packed, int start) {
    int length = packed[start] & 0xff;
    return length == LONG_FORM
        ? start + 1 + LENGTH_BYTES + ByteBuffer.wrap(packed).getInt(start + 1)
        : start + 1 + length;
  }

  /** Cuts off the bytes behind a length. */
  static ByteBuffer slice(ByteBuffer from) throws ProtocolException {
    return Unpacker.slice(from, read(from));
  }

  /** Reads a length; so many bytes are there. */
  static int read(ByteBuffer from) throws ProtocolException {
    int length = Unpacker.smallInteger(from) & 0xff;
    if (length == MARK) {
      throw new ProtocolException("a mark where a length belongs");
    }
    if (length == LONG_FORM) {
      length = Unpacker.integer(from);
    }
    if (length < 0 || length > from.remaining()) {
      throw new ProtocolException(length + " bytes announced where there are " + from.remaining());
    }
    return length;
  }
}
