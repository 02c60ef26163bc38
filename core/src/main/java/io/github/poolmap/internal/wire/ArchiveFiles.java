package io.github.poolmap.internal.wire;

/** What those who use archives of classes and those who make them have agreed on. */
public final class ArchiveFiles {

  /** What the names of archives end with. */
  public static final String ARCHIVE = ".jsa";

  /** What the name of a note ends with that there is to be no archive of the same name. */
  public static final String REFUSED = ".refused";

  /** The main class of a JVM that makes one. */
  public static final String MAKER_MAIN = "io.github.poolmap.internal.worker.ArchiveMaker";

  private ArchiveFiles() {}
}
