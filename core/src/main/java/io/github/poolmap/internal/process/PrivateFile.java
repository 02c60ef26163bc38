package io.github.poolmap.internal.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that nobody but the user can read, not even between its creation and the next call. */
final class PrivateFile {

  private PrivateFile() {}

  /** Makes the file. Where there are no POSIX permissions, that of its folder has to do. */
  static void write(Path file, byte[] contents) throws IOException {
    FileAttribute<?>[] attributes = attributes(file, "rw-------");
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
      ByteBuffer bytes = ByteBuffer.wrap(contents);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /** Makes a folder that nobody but the user can look into. */
  static void createFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(folder, attributes(folder, "rwx------"));
    } catch (FileAlreadyExistsException e) {
      // Another program was faster. Whose it is will be seen.
      return;
    }
  }

  private static FileAttribute<?>[] attributes(Path file, String permissions) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[] {};
  }
}
