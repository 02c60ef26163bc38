package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;

/** Stack traces as bytes, without Java serialization: number of frames, then the frames. */
final class StackCodec {

  /** Three lengths and a line number: so many frames may be believed before they are read. */
  private static final int SMALLEST_FRAME_BYTES = 16;

  private StackCodec() {}

  static void encode(Packer to, StackTraceElement[] stack, int frames) {
    to.putInt(frames);
    for (int i = 0; i < frames; i++) {
      StackTraceElement frame = stack[i];
      to.putString(frame.getClassName()).putString(frame.getMethodName());
      to.putString(frame.getFileName()).putInt(frame.getLineNumber());
    }
  }

  static StackTraceElement[] decode(ByteBuffer from) throws ProtocolException {
    int frames = Unpacker.integer(from);
    if (frames < 0 || frames > from.remaining() / SMALLEST_FRAME_BYTES) {
      throw new ProtocolException("stack trace of " + frames + " frames");
    }
    StackTraceElement[] stack = new StackTraceElement[frames];
    for (int i = 0; i < frames; i++) {
      String type = String.valueOf(Unpacker.string(from));
      String method = String.valueOf(Unpacker.string(from));
      stack[i] = new StackTraceElement(type, method, Unpacker.string(from), Unpacker.integer(from));
    }
    return stack;
  }
}
