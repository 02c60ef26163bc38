package io.github.poolmap.internal.wire;

import java.io.IOException;

/** The other side said something that is not in the protocol. */
public final class ProtocolException extends IOException {

  private static final long serialVersionUID = 1L;

  public ProtocolException(String message) {
    super(message);
  }
}
