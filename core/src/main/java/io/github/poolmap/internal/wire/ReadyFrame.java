package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/** The frame by which a worker ends its boot, as the listener reads it: header only. */
public final class ReadyFrame {

  /** The length of the whole frame. */
  public static final int BYTES = Frame.HEADER_BYTES;

  private ReadyFrame() {}

  /** Checks that it is one. */
  public static void check(ByteBuffer bytes) throws ProtocolException {
    if (bytes.getInt() != Frame.MAGIC || FrameType.ofCode(bytes.get()) != FrameType.READY) {
      throw new ProtocolException("not a READY frame");
    }
  }
}
