package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * What a worker that was to forget its pool cannot forget.
 *
 * @param text says what it is; empty if there is nothing
 */
public record Leftovers(String text) {

  public Packer pack() {
    return new Packer(64).putString(text);
  }

  public static Leftovers read(ByteBuffer payload) throws ProtocolException {
    String text = Unpacker.string(payload);
    if (text == null) {
      throw new ProtocolException("leftovers without text");
    }
    return new Leftovers(text);
  }
}
