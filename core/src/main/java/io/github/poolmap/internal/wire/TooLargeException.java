package io.github.poolmap.internal.wire;

/** An object is larger in serialized form than a Java array, and so a frame, can hold. */
public final class TooLargeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TooLargeException(long bytes) {
    super(bytes + " bytes in serialized form; at most " + Frame.LARGEST_PAYLOAD + " can be sent");
  }
}
