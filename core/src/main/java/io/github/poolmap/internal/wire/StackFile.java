package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Where an item was when its time was over, left by the worker in its folder: a file, because the
 * worker may be killed before it could say anything.
 */
public final class StackFile {

  private StackFile() {}

  private static Path path(WorkerFolder folder, int chunk, int position) {
    return folder.path().resolve("stack-" + chunk + "-" + position);
  }

  /** Tells whether there may be a file of this name in the folder of a worker. */
  static boolean isName(String name) {
    return name.matches("(stack|aside)-\\d+-\\d+");
  }

  /** Writes the file, whole or not at all. */
  public static void write(WorkerFolder folder, int chunk, int position, StackTraceElement[] stack)
      throws IOException {
    Throwable carrier = new Throwable();
    carrier.setStackTrace(stack);
    Packer packer = new Packer(4096);
    ThrownCodec.encode(packer, carrier);
    Path path = path(folder, chunk, position);
    Path aside = folder.path().resolve("aside-" + chunk + "-" + position);
    Files.write(aside, packer.toByteArray());
    Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Reads the file and deletes it; empty if the worker did not come to write it. */
  public static List<StackTraceElement> take(WorkerFolder folder, int chunk, int position) {
    Path path = path(folder, chunk, position);
    try {
      if (!Files.exists(path)) {
        return List.of();
      }
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
      Files.delete(path);
      return List.of(ThrownCodec.decode(bytes, StackFile.class.getClassLoader()).getStackTrace());
    } catch (IOException e) {
      return List.of(
          new StackTraceElement(
              "(unknown)", "the stack cannot be read: " + e.getMessage(), "", -1));
    }
  }
}
