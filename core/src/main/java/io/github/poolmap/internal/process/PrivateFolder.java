package io.github.poolmap.internal.process;

import io.github.poolmap.internal.wire.RawFile;
import io.github.poolmap.internal.wire.ValueFolder;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders of this program that nobody else can get into; those of large values are in a file system
 * in memory where there is one.
 */
final class PrivateFolder {

  private static final Logger LOG = LoggerFactory.getLogger(PrivateFolder.class);

  /** The system property that names another folder for {@link #inMemory}; empty for none. */
  static final String PROPERTY = "poolmap.tmpfs";

  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private static final String TMPFS = "tmpfs";

  private PrivateFolder() {}

  /** Returns the folder in memory in which to make others, null if there is none. */
  static @Nullable Path inMemory() {
    String chosen = System.getProperty(PROPERTY);
    if (chosen != null) {
      return chosen.isEmpty() ? null : Path.of(chosen).toAbsolutePath();
    }
    return Default.PATH;
  }

  /** Looked for once. */
  private static final class Default {

    static final @Nullable Path PATH = find();

    private static @Nullable Path find() {
      try {
        return Files.isDirectory(SHARED_MEMORY)
                && Files.isWritable(SHARED_MEMORY)
                && Files.getFileStore(SHARED_MEMORY).type().equals(TMPFS)
            ? SHARED_MEMORY
            : null;
      } catch (IOException e) {
        LOG.debug("{} cannot be looked at", SHARED_MEMORY, e);
        return null;
      }
    }
  }

  /** Returns the folder for what finds no place in memory. */
  static Path onDisk() {
    return Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
  }

  /** Tells whether so many bytes find room in a folder in memory, with some left for others. */
  static boolean hasRoom(Path inMemory, long bytes) {
    return RawFile.hasRoom(inMemory, bytes);
  }

  /** Makes the folder for the large values of one worker's items; null if that is not possible. */
  static @Nullable ValueFolder forValues() {
    Path memory = inMemory();
    // Where there is no file system in memory, files that are soon written over are in memory, too.
    // Windows does not delete what is mapped.
    Path in = memory != null ? memory : onDisk();
    if (memory == null && !in.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return null;
    }
    try {
      return new ValueFolder(create(in, Sweep.PREFIX + ValueFolder.PREFIX));
    } catch (IOException e) {
      LOG.debug("large values do not travel through {}", in, e);
      return null;
    }
  }

  /**
   * Makes a folder that says whose it is.
   *
   * @param prefix what its name begins with, the pid follows
   */
  static Path create(Path in, String prefix) throws IOException {
    // Open to the owner alone, which is what the JDK does for temporary folders.
    Path folder = Files.createTempDirectory(in, prefix + ProcessMark.THIS.pid() + "-");
    boolean marked = false;
    try {
      ProcessMark.THIS.write(new WorkerFolder(folder).owner());
      marked = true;
    } finally {
      if (!marked) {
        new WorkerFolder(folder).delete();
      }
    }
    Sweep.once(folder);
    return folder;
  }
}
