package io.github.poolmap.internal.process;

import io.github.poolmap.PoolException;
import io.github.poolmap.internal.run.EndHook;
import io.github.poolmap.internal.wire.RawFile;
import io.github.poolmap.internal.wire.RawForm;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of a shared value, in a folder of its own. */
final class SharedFile {

  private static final Logger LOG = LoggerFactory.getLogger(SharedFile.class);

  /** What the names of the folders begin with; see {@link Sweep}. */
  static final String PREFIX = Sweep.PREFIX + "shared-";

  private static final String NAME = "value";

  private static final Set<SharedFile> ALL = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean HOOKED = new AtomicBoolean();

  private final Path folder;
  private final AtomicBoolean deleted = new AtomicBoolean();

  private SharedFile(Path folder) {
    this.folder = folder;
  }

  /** Tells by its name whether a file holds such a value. */
  static boolean isValue(Path file) {
    return file.endsWith(NAME);
  }

  /**
   * Writes a value.
   *
   * @param content an array or a buffer
   * @param description what is being shared
   * @throws PoolException if there is no room
   */
  static SharedFile write(RawForm form, Object content, String description) {
    long bytes = form.bytes(content);
    Path memory = PrivateFolder.inMemory();
    if (memory != null && PrivateFolder.hasRoom(memory, bytes)) {
      try {
        return write(memory, form, content);
      } catch (IOException e) {
        LOG.debug("{} is shared on a disk, not in {}", description, memory, e);
      }
    }
    Path disk = PrivateFolder.onDisk();
    try {
      return write(disk, form, content);
    } catch (IOException e) {
      throw new PoolException(
          description
              + " cannot be shared: it takes "
              + bytes
              + " bytes; "
              + free(memory)
              + free(disk)
              + e,
          e);
    }
  }

  private static String free(@Nullable Path folder) {
    return folder == null
        ? ""
        : folder + " has " + folder.toFile().getUsableSpace() + " bytes free; ";
  }

  private static SharedFile write(Path in, RawForm form, Object content) throws IOException {
    if (!HOOKED.getAndSet(true)) {
      deleteAtTheEnd();
    }
    SharedFile file = new SharedFile(PrivateFolder.create(in, PREFIX));
    ALL.add(file);
    boolean written = false;
    try {
      RawFile raw = new RawFile(file.path());
      raw.create();
      raw.write(0, form, content, 0);
      written = true;
      return file;
    } finally {
      if (!written) {
        file.delete();
      }
    }
  }

  private static void deleteAtTheEnd() {
    try {
      EndHook.add(() -> ALL.forEach(SharedFile::delete), "poolmap-shared");
    } catch (IllegalStateException tooLate) {
      LOG.debug("the program is ending; what it shares now is left to the next one", tooLate);
    }
  }

  Path path() {
    return folder.resolve(NAME);
  }

  boolean isDeleted() {
    return deleted.get();
  }

  /** Deletes it. Who has mapped it keeps what is mapped. */
  void delete() {
    if (deleted.getAndSet(true)) {
      return;
    }
    ALL.remove(this);
    try {
      new WorkerFolder(folder).delete();
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted", folder, e);
    }
  }
}
