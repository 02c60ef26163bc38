package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who called {@code System.exit}, left by the worker in its folder: a file, because nobody reads
 * its sockets for it while the JVM shuts down.
 */
public final class ExitFile {

  /** Room for all frames that a person reads. */
  private static final int LARGEST_BYTES = 64 * 1024;

  private static final int LONGEST_STACK = 200;

  /**
   * What the file says.
   *
   * @param thread the thread that ended the JVM
   * @param stack where it did, the call first
   */
  public record Caller(String thread, List<StackTraceElement> stack) {

    /** Keeps a copy. */
    public Caller {
      stack = List.copyOf(stack);
    }

    /** Tells whether somebody called {@code System.exit}, and not the JVM's own signal handler. */
    public boolean isCall() {
      return !stack.isEmpty() && stack.get(0).getClassName().equals("java.lang.Runtime");
    }
  }

  private ExitFile() {}

  /** Where the file is written until it is whole. */
  static Path aside(WorkerFolder folder) {
    return folder.path().resolve("aside-exit");
  }

  /** Writes the file, whole or not at all. */
  public static void write(WorkerFolder folder, String thread, StackTraceElement[] stack)
      throws IOException {
    int frames = Math.min(stack.length, LONGEST_STACK);
    Packer packer = pack(thread, stack, frames);
    while (packer.size() > LARGEST_BYTES && frames > 0) {
      frames /= 2;
      packer = pack(thread, stack, frames);
    }
    Path aside = aside(folder);
    Files.write(aside, packer.toByteArray());
    Files.move(aside, folder.exit(), StandardCopyOption.ATOMIC_MOVE);
  }

  private static Packer pack(String thread, StackTraceElement[] stack, int frames) {
    Packer packer = new Packer(4096).putString(thread);
    StackCodec.encode(packer, stack, frames);
    return packer;
  }

  /**
   * Reads the file.
   *
   * @return null if there is none
   * @throws IOException if it cannot be read, or is not what a worker writes
   */
  public static @Nullable Caller read(WorkerFolder folder) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(folder.exit())) {
      bytes = in.readNBytes(LARGEST_BYTES + 1);
    } catch (NoSuchFileException none) {
      return null;
    }
    if (bytes.length > LARGEST_BYTES) {
      throw new ProtocolException("more than " + LARGEST_BYTES + " bytes about an exit");
    }
    ByteBuffer from = ByteBuffer.wrap(bytes);
    return new Caller(String.valueOf(Unpacker.string(from)), List.of(StackCodec.decode(from)));
  }
}
