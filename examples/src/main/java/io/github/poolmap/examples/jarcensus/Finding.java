package io.github.poolmap.examples.jarcensus;

import java.io.Serializable;

/** What became of one jar: counted, or unreadable. */
sealed interface Finding extends Serializable {

  /** Where the jar is, from the folder of the census. */
  String path();

  /**
   * What a jar holds.
   *
   * @param path where it is
   * @param classes how many class files
   * @param resources how many other entries that are no folders
   * @param bytes the size of all of them, uncompressed
   * @param sha256 the digest of the jar file itself, in hexadecimal
   */
  record Counted(String path, long classes, long resources, long bytes, String sha256)
      implements Finding {}

  /**
   * A jar that cannot be read to its end.
   *
   * @param path where it is
   * @param reason what the attempt met
   */
  record Unreadable(String path, String reason) implements Finding {}
}
