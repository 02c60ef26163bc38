package io.github.poolmap.internal.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Arrays of primitives as raw bits, copied in one piece. Both sides are on one host, so the bytes
 * are in the order that most processors have.
 */
final class PrimitiveArrays {

  private PrimitiveArrays() {}

  /** Returns the size of an element. */
  static int width(int tag) {
    return switch (tag) {
      case Tags.BYTES, Tags.BOOLEANS -> 1;
      case Tags.SHORTS, Tags.CHARS -> 2;
      case Tags.INTS, Tags.FLOATS -> 4;
      default -> 8;
    };
  }

  static int length(int tag, Object array) {
    return switch (tag) {
      case Tags.BYTES -> ((byte[]) array).length;
      case Tags.BOOLEANS -> ((boolean[]) array).length;
      case Tags.SHORTS -> ((short[]) array).length;
      case Tags.CHARS -> ((char[]) array).length;
      case Tags.INTS -> ((int[]) array).length;
      case Tags.LONGS -> ((long[]) array).length;
      case Tags.FLOATS -> ((float[]) array).length;
      default -> ((double[]) array).length;
    };
  }

  /** Appends length and elements. */
  static void write(Packer to, int tag, Object array) {
    int length = length(tag, array);
    to.putCount(length);
    if (tag == Tags.BYTES) {
      to.putBytes((byte[]) array);
      return;
    }
    long bytes = (long) length * width(tag);
    if (bytes > Frame.LARGEST_PAYLOAD) {
      throw new TooLargeException(bytes);
    }
    ByteBuffer room = to.putRoom((int) bytes);
    switch (tag) {
      case Tags.BOOLEANS -> {
        for (boolean each : (boolean[]) array) {
          room.put((byte) (each ? 1 : 0));
        }
      }
      case Tags.SHORTS -> room.asShortBuffer().put((short[]) array);
      case Tags.CHARS -> room.asCharBuffer().put((char[]) array);
      case Tags.INTS -> room.asIntBuffer().put((int[]) array);
      case Tags.LONGS -> room.asLongBuffer().put((long[]) array);
      case Tags.FLOATS -> room.asFloatBuffer().put((float[]) array);
      default -> room.asDoubleBuffer().put((double[]) array);
    }
  }

  static Object read(ByteBuffer from, int tag) throws ProtocolException {
    int length = Unpacker.count(from);
    if (tag == Tags.BYTES) {
      return Unpacker.bytes(from, length);
    }
    long bytes = (long) length * width(tag);
    if (bytes > from.remaining()) {
      throw new ProtocolException(bytes + " bytes announced where there are " + from.remaining());
    }
    ByteBuffer part = Unpacker.slice(from, (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    switch (tag) {
      case Tags.BOOLEANS:
        boolean[] booleans = new boolean[length];
        for (int i = 0; i < length; i++) {
          booleans[i] = part.get() != 0;
        }
        return booleans;
      case Tags.SHORTS:
        short[] shorts = new short[length];
        part.asShortBuffer().get(shorts);
        return shorts;
      case Tags.CHARS:
        char[] chars = new char[length];
        part.asCharBuffer().get(chars);
        return chars;
      case Tags.INTS:
        int[] ints = new int[length];
        part.asIntBuffer().get(ints);
        return ints;
      case Tags.LONGS:
        long[] longs = new long[length];
        part.asLongBuffer().get(longs);
        return longs;
      case Tags.FLOATS:
        float[] floats = new float[length];
        part.asFloatBuffer().get(floats);
        return floats;
      default:
        double[] doubles = new double[length];
        part.asDoubleBuffer().get(doubles);
        return doubles;
    }
  }
}
