package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The elements of arrays and buffers in a file: written by a channel, so that a full disk is an
 * exception, or through a mapping where there are pages already, which is twice as fast; read
 * through a mapping.
 *
 * <p>An interrupt would close a channel. Those that arrive meanwhile wait until the end, which is
 * as near as that of any copying. For one thread at a time.
 */
public final class RawFile {

  /** What is copied at a time stays in the cache, and lets the garbage collector in. */
  private static final int PIECE_BYTES = 1 << 18;

  /** A mapping has less than 2 GiB. */
  private static final int WINDOW_BITS = 30;

  private static final int PAGE_BYTES = 1 << 12;

  private static final long WINDOW_BYTES = 1L << WINDOW_BITS;

  /** Stands for a size that has to be looked up. */
  static final long UNKNOWN = -1;

  /** Others use such a file system as well, so this part of it stays free. */
  private static final int PART_LEFT_FREE = 16;

  private final Path path;
  private @Nullable ByteBuffer piece;
  private @Nullable MappedByteBuffer @Nullable [] windows;
  private boolean writable;

  /** Which file it is that is mapped, see {@link #size}. */
  private @Nullable Object identity;

  /** Pages before this one have been touched in the windows that are there. */
  private long touched;

  /** So that the compiler does not take reading them for useless. */
  @SuppressWarnings({"unused", "UnusedVariable"})
  private int sumOfTouched;

  public RawFile(Path path) {
    this.path = path;
  }

  /** Tells whether so many bytes find room beside a file, with some left for others. */
  public static boolean hasRoom(Path folder, long bytes) {
    long total = folder.toFile().getTotalSpace();
    return folder.toFile().getUsableSpace() - bytes >= total / PART_LEFT_FREE;
  }

  Path folder() {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  // ---- writing

  /** Returns the size of the file; if there is none, makes one. */
  long sizeOrCreate() throws IOException {
    try {
      return size();
    } catch (NoSuchFileException none) {
      create();
      return size();
    }
  }

  /**
   * Returns the size of the file. If it is another one than before, which somebody has deleted,
   * what is mapped of that is forgotten: one side would go on with it while the other does not.
   */
  private long size() throws IOException {
    BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
    if (!Objects.equals(found.fileKey(), identity)) {
      identity = found.fileKey();
      windows = null;
      touched = 0;
    }
    return found.size();
  }

  /** Makes the file, which nobody but the user can read; there must be none. */
  public void create() throws IOException {
    FileAttribute<?>[] attributes = {};
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      attributes =
          new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          };
    }
    Set<OpenOption> options = new HashSet<>();
    options.add(StandardOpenOption.CREATE_NEW);
    options.add(StandardOpenOption.WRITE);
    Files.newByteChannel(path, options, attributes).close();
  }

  /**
   * Writes elements by a channel.
   *
   * @param at where the first one goes
   * @param from the first element of the value to be written
   * @throws IOException if there is no room; some of it may have been written
   */
  public void write(long at, RawForm form, Object value, int from) throws IOException {
    RawForm.Cursor cursor = form.new Cursor(value);
    ByteBuffer bytes = piece;
    if (bytes == null) {
      bytes = ByteBuffer.allocateDirect(PIECE_BYTES);
      piece = bytes;
    }
    int count = form.count(value);
    int next = from;
    bytes.limit(0);
    long start = at;
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          while (bytes.hasRemaining() || next < count) {
            if (!bytes.hasRemaining()) {
              start += bytes.limit();
              int some = Math.min(count - next, PIECE_BYTES >> form.shift());
              bytes.clear().limit(some << form.shift());
              cursor.read(next, bytes);
              next += some;
            }
            // By the buffer's own position: a write that was cut off may have moved it.
            channel.write(bytes, start + bytes.position());
          }
          return;
        } catch (ClosedByInterruptException again) {
          interrupted = true;
        }
      }
    } finally {
      restore(interrupted);
    }
  }

  /** Writes elements where the file has pages already, all of which have been written before. */
  void store(long at, RawForm form, Object value, int from, int count) throws IOException {
    RawForm.Cursor cursor = form.new Cursor(value);
    for (int done = 0; done < count; ) {
      ByteBuffer bytes = mapped(at, (long) (count - done) << form.shift(), true);
      touch(at, bytes);
      cursor.read(from + done, bytes);
      done += bytes.remaining() >> form.shift();
      at += bytes.remaining();
    }
  }

  /**
   * Has pages mapped that are written for the first time. Reading maps those around as well, and
   * for writing, too, where the file is in memory; writing maps one at a time, and takes three
   * times as long.
   */
  private void touch(long at, ByteBuffer bytes) {
    if (at >= touched) {
      int sum = 0;
      for (int i = 0; i < bytes.limit(); i += PAGE_BYTES) {
        sum += bytes.get(i);
      }
      sumOfTouched = sum;
      touched = at + bytes.limit();
    }
  }

  /** Gives back what is behind this size, if there is as much. */
  void trim(long kept) throws IOException {
    try {
      if (Files.size(path) > kept) {
        truncate(kept);
      }
    } catch (NoSuchFileException none) {
      return;
    }
  }

  /**
   * Gives back what is behind this size. It stays mapped, and can be used again once it has been
   * written again by {@link #write}; to touch it before would be the end of this JVM.
   */
  void truncate(long size) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          channel.truncate(size);
          return;
        } catch (ClosedByInterruptException again) {
          interrupted = true;
        }
      }
    } finally {
      restore(interrupted);
    }
  }

  // ---- reading

  /**
   * Returns a value with elements of the file.
   *
   * @throws ProtocolException if the file has not so many
   */
  public Object read(long at, RawForm form, int count) throws IOException {
    long bytes = (long) count << form.shift();
    long size = size();
    if (count < 0 || at < 0 || at > size - bytes) {
      throw new ProtocolException(
          form.describe(bytes) + " at " + at + " of a file of " + size + " bytes");
    }
    Object value = form.allocate(count);
    RawForm.Cursor cursor = form.new Cursor(value);
    long position = at;
    for (int done = 0; done < count; ) {
      ByteBuffer some = mapped(position, (long) (count - done) << form.shift(), false);
      cursor.write(done, some);
      done += some.remaining() >> form.shift();
      position += some.remaining();
    }
    return value;
  }

  /** Returns all of the file, which must have less than 2 GiB; nobody can write to it. */
  public ByteBuffer map() throws IOException {
    long size = Files.size(path);
    return size == 0 ? ByteBuffer.allocate(0).asReadOnlyBuffer() : map(0, size, false);
  }

  // ---- mappings

  /** Returns some of these bytes, which are there. */
  private ByteBuffer mapped(long at, long most, boolean write) throws IOException {
    int number = (int) (at >>> WINDOW_BITS);
    int offset = (int) (at & (WINDOW_BYTES - 1));
    int wanted = (int) Math.min(Math.min(most, PIECE_BYTES), WINDOW_BYTES - offset);
    MappedByteBuffer window = window(number, write);
    if (window == null || window.capacity() < offset + wanted) {
      long start = (long) number << WINDOW_BITS;
      window = map(start, Math.min(WINDOW_BYTES, Files.size(path) - start), write);
      keep(number, window, write);
    }
    return window.slice(offset, wanted);
  }

  private @Nullable MappedByteBuffer window(int number, boolean write) {
    @Nullable MappedByteBuffer[] known = windows;
    return known == null || writable != write || number >= known.length ? null : known[number];
  }

  private void keep(int number, MappedByteBuffer window, boolean write) {
    @Nullable MappedByteBuffer[] known = windows;
    @Nullable MappedByteBuffer[] more =
        new MappedByteBuffer[Math.max(number + 1, known == null ? 0 : known.length)];
    if (known != null && writable == write) {
      System.arraycopy(known, 0, more, 0, known.length);
    }
    more[number] = window;
    touched = Math.min(touched, (long) number << WINDOW_BITS);
    windows = more;
    writable = write;
  }

  private MappedByteBuffer map(long start, long size, boolean write) throws IOException {
    Set<OpenOption> options = new HashSet<>();
    options.add(StandardOpenOption.READ);
    if (write) {
      options.add(StandardOpenOption.WRITE);
    }
    FileChannel.MapMode mode =
        write ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(path, options)) {
          MappedByteBuffer mapping = channel.map(mode, start, size);
          if (mapping == null) {
            throw new IOException(path + " cannot be mapped");
          }
          return mapping;
        } catch (ClosedByInterruptException again) {
          interrupted = true;
        }
      }
    } finally {
      restore(interrupted);
    }
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
