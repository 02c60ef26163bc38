package io.github.poolmap.internal.wire;

import java.io.InvalidObjectException;
import java.io.Serializable;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What travels in place of a path of the default file system, which Java serialization refuses
 * although files are what many calls are about. Paths of other file systems, such as one within a
 * zip file, mean nothing to another JVM and are not sent.
 *
 * @param text of the path
 */
record PathText(String text) implements Serializable {

  /** Of the default file system alone: each provider has a class of its own. */
  static final Class<?> TYPE = Path.of("").getClass();

  /**
   * Returns the text of a path; null if the object is no path of the default file system, or one
   * with bytes that are no text in the encoding of this JVM, which would arrive as another path.
   */
  static @Nullable PathText of(Object value) {
    if (value.getClass() != TYPE) {
      return null;
    }
    String text = value.toString();
    try {
      return Path.of(text).equals(value) ? new PathText(text) : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** Makes the path of it. */
  Path path() throws InvalidObjectException {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      // The worker has another encoding of file names, by environment(...) perhaps.
      InvalidObjectException refused = new InvalidObjectException("no such path here: " + e);
      refused.initCause(e);
      throw refused;
    }
  }

  private Object readResolve() throws InvalidObjectException {
    return path();
  }
}
