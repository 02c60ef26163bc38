package io.github.poolmap.internal.wire;

import java.io.IOException;

/**
 * Writes the large arrays of a chunk's items to its file, one behind the other.
 *
 * <p>The file stays, and so do its pages and its mapping: a page that is new to a file in memory
 * has to be found, cleared and mapped, which takes three times as long as copying to one that is
 * there. What a chunk has left behind is simply written over.
 *
 * <p>Whenever there is no room an array travels in the message, as smaller ones do. For one thread
 * at a time.
 */
public final class ValueWriter implements LargeValues.Writer {

  /**
   * What a file keeps when its worker has nothing to do, so that the next value finds pages there.
   */
  public static final long KEPT_BYTES = 1 << 26;

  /**
   * All items of a chunk together take no more than this, unless a single one does: the worker
   * executes them without waiting for anybody to read their results.
   */
  private static final long CHUNK_BYTES = 1 << 28;

  /** Values begin on cache lines of their own. */
  private static final int ALIGNMENT = 64;

  private final RawFile[] files;
  private int number;
  private long size;
  private long end;
  private long itemStart;

  /** No file has more than this; most workers never have any. */
  private long mostKept;

  ValueWriter(RawFile[] files) {
    this.files = files;
  }

  /** Begins a chunk that has this file now. */
  public void begin(int file) {
    number = file;
    end = 0;
    itemStart = 0;
    size = RawFile.UNKNOWN;
  }

  /** Returns how many bytes the chunk takes here. */
  public long bytes() {
    return end;
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

  @Override
  public long beginItem() {
    itemStart = end;
    return end;
  }

  @Override
  public void forgetFrom(long start) {
    long kept = start + KEPT_BYTES;
    boolean tooMuch = end > kept;
    end = start;
    if (tooMuch) {
      // Who reads the file does not know of it, and so would not give it back.
      try {
        files[number].truncate(kept);
        size = kept;
      } catch (IOException e) {
        // Then it stays for later values.
        return;
      }
    }
  }

  @Override
  public boolean write(Packer to, Object array) {
    RawForm form = RawForm.of(array);
    if (form == null) {
      return false;
    }
    long start = (end + ALIGNMENT - 1) & -ALIGNMENT;
    long bytes = form.bytes(array);
    if (itemStart > 0 && start + bytes > CHUNK_BYTES) {
      return false;
    }
    try {
      if (!store(start, form, array, start + bytes)) {
        return false;
      }
    } catch (IOException noRoom) {
      // The message is another way, which says so if it is none either.
      return false;
    }
    end = start + bytes;
    to.putByte(number).putByte(form.code()).putLong(start).putInt(form.count(array));
    return true;
  }

  private boolean store(long start, RawForm form, Object array, long newEnd) throws IOException {
    RawFile file = files[number];
    mostKept = Long.MAX_VALUE;
    if (size == RawFile.UNKNOWN) {
      // The other side may have given some of it back.
      size = file.sizeOrCreate();
    }
    if (newEnd > size && !RawFile.hasRoom(file.folder(), newEnd - size)) {
      return false;
    }
    int there = (int) Math.min(form.count(array), Math.max(0, size - start) >> form.shift());
    file.store(start, form, array, 0, there);
    if (newEnd > size) {
      long before = size;
      boolean written = false;
      try {
        file.write(start + ((long) there << form.shift()), form, array, there);
        written = true;
        size = newEnd;
      } finally {
        if (!written) {
          file.truncate(before);
        }
      }
    }
    return true;
  }
}
