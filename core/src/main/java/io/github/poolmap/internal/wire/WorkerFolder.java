package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The private folder of one worker: what is in it, under which name.
 *
 * @param path the folder, open to nobody but the user
 */
public record WorkerFolder(Path path) {

  private static final int DELETE_ATTEMPTS = 5;

  /**
   * The Unix-domain socket on which the parent listens until the worker has dialled twice, unless
   * it does so by TCP.
   */
  public Path socket() {
    return path.resolve("s");
  }

  /** Where the parent listens, see {@link Address}. */
  public Path address() {
    return path.resolve("address");
  }

  /** Which program has made the folder; so that others can tell when it is gone. */
  public Path owner() {
    return path.resolve("owner");
  }

  /** Which process works with the folder, once it has been started. */
  public Path worker() {
    return path.resolve("worker");
  }

  /** The secret that the worker shows; deleted by the worker as soon as it has been read. */
  public Path token() {
    return path.resolve("token");
  }

  /** The mapped file, see {@link Ledger}. */
  public Path ledger() {
    return path.resolve("ledger");
  }

  /** Where large values of the worker's items go through, see {@link ValueFolder}. */
  public Path values() {
    return path.resolve("values");
  }

  /** Options and class path of the JVM. */
  public Path arguments() {
    return path.resolve("args");
  }

  /** Where the JVM writes its report when it crashes. */
  public Path crashReport() {
    return path.resolve("hs_err.log");
  }

  /** Who called {@code System.exit}, see {@link ExitFile}. */
  public Path exit() {
    return path.resolve("exit");
  }

  /** Tells whether parent or worker make files of this name in such a folder. */
  public static boolean contains(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      return false;
    }
    WorkerFolder folder = new WorkerFolder(parent);
    return file.equals(folder.socket())
        || file.equals(folder.address())
        || file.equals(folder.owner())
        || file.equals(folder.worker())
        || file.equals(folder.token())
        || file.equals(folder.ledger())
        || file.equals(folder.values())
        || file.equals(folder.arguments())
        || file.equals(folder.crashReport())
        || file.equals(folder.exit())
        || file.equals(ExitFile.aside(folder))
        || StackFile.isName(file.getFileName().toString());
  }

  /**
   * Deletes the folder with what is in it, and that of large values. Parent and worker may both do
   * it, at the same time.
   */
  public void delete() throws IOException {
    ValueFolder elsewhere = ValueFolder.of(this);
    if (elsewhere != null) {
      elsewhere.delete();
    }
    for (int attempt = 1; ; attempt++) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
        for (Path file : files) {
          Files.deleteIfExists(file);
        }
      } catch (NoSuchFileException goneAlready) {
        return;
      }
      try {
        Files.deleteIfExists(path);
        return;
      } catch (DirectoryNotEmptyException e) {
        // A worker that is ending has just left a note.
        if (attempt == DELETE_ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
