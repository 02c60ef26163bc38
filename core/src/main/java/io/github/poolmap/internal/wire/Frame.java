package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * The unit of what travels over a socket.
 *
 * @param type what it is
 * @param id what it is about, see {@link FrameType}
 * @param payload the contents, big-endian, from its position to its limit
 */
public record Frame(FrameType type, long id, ByteBuffer payload) {

  /** Magic, type, three bytes of padding, id, length. */
  static final int HEADER_BYTES = 4 + 1 + 3 + 8 + 8;

  /** "PMAP": tells the peers of this protocol from whoever else may connect. */
  static final int MAGIC = 0x504D4150;

  /** What a Java array can hold, with some room for the header of the array in the JVM. */
  public static final long LARGEST_PAYLOAD = Integer.MAX_VALUE - 64L;
}
