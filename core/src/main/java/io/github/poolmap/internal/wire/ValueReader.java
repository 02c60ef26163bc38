package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the arrays that a {@link ValueWriter} has written. For one thread at a time. */
public final class ValueReader implements LargeValues.Reader {

  private final RawFile[] files;
  private long bytes;

  /**
   * No file has more than this, once that is known: who writes them may write what is never read.
   */
  private long mostKept = Long.MAX_VALUE;

  ValueReader(RawFile[] files) {
    this.files = files;
  }

  @Override
  public Object read(ByteBuffer from) throws IOException {
    int number = Unpacker.smallInteger(from);
    if (number < 0 || number >= files.length) {
      throw new ProtocolException("array in file " + number);
    }
    RawForm form = RawForm.ofCode(Unpacker.smallInteger(from));
    if (form.isBuffer()) {
      throw new ProtocolException("a buffer where an array belongs");
    }
    mostKept = Long.MAX_VALUE;
    long start = Unpacker.longInteger(from);
    int count = Unpacker.integer(from);
    Object array = files[number].read(start, form, count);
    bytes += form.bytes(array);
    return array;
  }

  /** Returns how many bytes have been read since the last time. */
  public long takeBytes() {
    long taken = bytes;
    bytes = 0;
    return taken;
  }

  /**
   * Gives back what the files have beyond this size. Nothing of it is under way.
   *
   * @throws IOException if a file cannot be changed; it stays as it is
   */
  public void trim(long kept) throws IOException {
    if (mostKept > kept) {
      for (RawFile each : files) {
        each.trim(kept);
      }
      mostKept = kept;
    }
  }
}
