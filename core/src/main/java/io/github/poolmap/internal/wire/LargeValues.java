package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A way for large arrays that does not lead through the bytes of a message. */
public final class LargeValues {

  /**
   * From this size on an array is offered to the {@link Writer}. Through a file it is copied once
   * on either side; in a message up to four times, and through the socket. With arrays of this size
   * calls are twice as fast by files, with those of 4 MB two and a half times; smaller ones are no
   * part of the costs that matters, and files and mappings have theirs.
   */
  public static final int THRESHOLD_BYTES = 1 << 16;

  private LargeValues() {}

  /** Puts arrays where the other side finds them. Used by one thread at a time. */
  public interface Writer {

    /**
     * Writes an array elsewhere, and where that is into the message.
     *
     * @param to gets the reference, which its {@link Reader} must be able to delimit
     * @param array a primitive array, of the threshold's size or more
     * @return false if it is to travel in the message; nothing may have been put then
     */
    boolean write(Packer to, Object array);

    /** Begins an item. Returns what {@link #forgetFrom} needs. */
    long beginItem();

    /** Forgets what has been written of an item: its message does not refer to it. */
    void forgetFrom(long start);
  }

  /** Gets arrays from where a {@link Writer} put them. */
  public interface Reader {

    /**
     * Reads a reference, and no more than that, and gets the array.
     *
     * @throws IOException if it cannot; the item fails
     */
    Object read(ByteBuffer from) throws IOException;
  }
}
