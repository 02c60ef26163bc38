package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** How a worker introduces itself on each of its two sockets. */
public final class Hello {

  /** Both sides come from the same jar; this tells a mixture of jars apart. */
  private static final int PROTOCOL = 1;

  public static final int TOKEN_BYTES = 32;

  /** The length of the whole frame: what a listener reads of a stranger at most. */
  public static final int FRAME_BYTES = Frame.HEADER_BYTES + 4 + 1 + TOKEN_BYTES;

  /** What a socket is for. */
  public enum Role {
    /** Functions, chunks and outcomes; used by the lane's and the task's thread. */
    DATA,
    /** The parent's life, and orders that must not wait for a task. */
    CONTROL
  }

  private Hello() {}

  public static Packer pack(Role role, byte[] token) {
    return new Packer(64).putInt(PROTOCOL).putByte(role.ordinal()).putBytes(token);
  }

  /** Returns the pid that a whole hello frame bears; does not check the frame. */
  public static long pid(ByteBuffer bytes) {
    return bytes.getLong(Frame.HEADER_BYTES - 16);
  }

  /**
   * Reads a whole hello frame and checks it.
   *
   * @param bytes {@link #FRAME_BYTES} bytes
   * @param token what it has to bear; compared in constant time
   * @return what the socket is for
   * @throws ProtocolException if it is not a hello of one of our workers
   */
  public static Role check(ByteBuffer bytes, byte[] token) throws ProtocolException {
    if (bytes.getInt() != Frame.MAGIC) {
      throw new ProtocolException("not a frame");
    }
    FrameType type = FrameType.ofCode(bytes.get());
    bytes.position(Frame.HEADER_BYTES - 8);
    long length = bytes.getLong();
    if (type != FrameType.HELLO || length != FRAME_BYTES - Frame.HEADER_BYTES) {
      throw new ProtocolException("not a hello: " + type + " of " + length + " bytes");
    }
    int protocol = bytes.getInt();
    if (protocol != PROTOCOL) {
      throw new ProtocolException("protocol " + protocol + ", expected " + PROTOCOL);
    }
    int role = bytes.get();
    byte[] shown = new byte[TOKEN_BYTES];
    bytes.get(shown);
    if (!MessageDigest.isEqual(shown, token)) {
      throw new ProtocolException("wrong token");
    }
    if (role != 0 && role != 1) {
      throw new ProtocolException("unknown role " + role);
    }
    return role == 0 ? Role.DATA : Role.CONTROL;
  }
}
