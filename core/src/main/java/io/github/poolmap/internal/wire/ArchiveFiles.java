package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What those who use archives of classes and those who make them have agreed on. */
public final class ArchiveFiles {

  /** What the names of archives end with. */
  public static final String ARCHIVE = ".jsa";

  /** What the name of a note ends with that there is to be no archive of the same name. */
  public static final String REFUSED = ".refused";

  /**
   * After that it is tried again: a full disk, or a machine with no memory to spare, may have been
   * the reason.
   */
  private static final long REFUSED_MILLIS = 24 * 3600 * 1000;

  /** The main class of a JVM that makes one. */
  public static final String MAKER_MAIN = "io.github.poolmap.internal.worker.ArchiveMaker";

  private ArchiveFiles() {}

  /** Tells whether there is to be no archive of that name for now. */
  public static boolean isRefused(Path folder, String name) throws IOException {
    try {
      long since = Files.getLastModifiedTime(refusal(folder, name)).toMillis();
      return System.currentTimeMillis() - since < REFUSED_MILLIS;
    } catch (NoSuchFileException none) {
      return false;
    }
  }

  /** Notes that there is to be no archive of that name for now. */
  public static void refuse(Path folder, String name) throws IOException {
    Files.write(refusal(folder, name), new byte[0]);
  }

  private static Path refusal(Path folder, String name) {
    return folder.resolve(name + REFUSED);
  }
}
