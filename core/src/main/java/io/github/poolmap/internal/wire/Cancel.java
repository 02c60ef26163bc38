package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/**
 * The order to interrupt an item.
 *
 * @param position the item's position in its chunk
 * @param withStack whether to leave in the worker's folder where the item was
 */
public record Cancel(int position, boolean withStack) {

  public Packer pack() {
    return new Packer(5).putInt(position).putByte(withStack ? 1 : 0);
  }

  public static Cancel read(ByteBuffer payload) throws ProtocolException {
    if (payload.remaining() != 5) {
      throw new ProtocolException("order of " + payload.remaining() + " bytes");
    }
    return new Cancel(payload.getInt(), payload.get() != 0);
  }
}
