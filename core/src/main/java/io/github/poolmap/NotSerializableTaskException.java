package io.github.poolmap;

import org.jspecify.annotations.Nullable;

/**
 * Something that has to travel between a program and its worker processes cannot be serialized.
 *
 * <p>For a function it is thrown by the call itself, before any item starts. For an input or a
 * result it is the cause of a {@link TaskException}.
 *
 * @serial exclude
 */
public class NotSerializableTaskException extends PoolException {

  private static final long serialVersionUID = 1L;

  private final String path;

  /**
   * Makes an exception.
   *
   * @param message what could not be sent, with the path
   * @param path the fields that lead to the offender
   * @param cause what the serialization said, may be null
   */
  public NotSerializableTaskException(String message, String path, @Nullable Throwable cause) {
    super(message, cause);
    this.path = path;
  }

  /**
   * Returns the way from what was sent to the object that cannot be serialized.
   *
   * @return for example {@code mapper.service.connection (java.net.Socket)}
   */
  public String path() {
    return path;
  }
}
