package io.github.poolmap.internal.wire;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a primitive array or a buffer is, so that its elements can be copied as they are in memory,
 * many at a time.
 *
 * <p>Of a buffer it is the elements between position and limit that count; its position is not
 * moved. Elements have the buffer's byte order, those of arrays the order of this machine.
 *
 * @param type of the elements, see the constants
 * @param isBuffer whether it is a buffer, else an array
 * @param order of the bytes of an element
 */
public record RawForm(int type, boolean isBuffer, ByteOrder order) {

  private static final int BYTES = 0;
  private static final int SHORTS = 1;
  private static final int CHARS = 2;
  private static final int INTS = 3;
  private static final int FLOATS = 4;
  private static final int LONGS = 5;
  private static final int DOUBLES = 6;
  private static final int BOOLEANS = 7;

  private static final int TYPE_MASK = 7;
  private static final int BUFFER = 8;
  private static final int LITTLE_ENDIAN = 16;
  private static final int LARGEST_CODE = 31;

  private static final int[] SHIFTS = {0, 1, 1, 2, 2, 3, 3, 0};

  private static final String[] NAMES = {
    "byte", "short", "char", "int", "float", "long", "double", "boolean"
  };

  private static final String[] BUFFER_NAMES = {
    "ByteBuffer",
    "ShortBuffer",
    "CharBuffer",
    "IntBuffer",
    "FloatBuffer",
    "LongBuffer",
    "DoubleBuffer"
  };

  /** Returns the form of a value; null if it is neither a primitive array nor a buffer. */
  public static @Nullable RawForm of(Object value) {
    if (value instanceof Buffer buffer) {
      return of(buffer);
    }
    Class<?> element = value.getClass().getComponentType();
    if (element == null || !element.isPrimitive()) {
      return null;
    }
    for (int type = 0; type < NAMES.length; type++) {
      if (NAMES[type].equals(element.getName())) {
        return new RawForm(type, false, ByteOrder.nativeOrder());
      }
    }
    return null;
  }

  /** Returns the form of a buffer. */
  public static RawForm of(Buffer buffer) {
    if (buffer instanceof ByteBuffer bytes) {
      return new RawForm(BYTES, true, bytes.order());
    } else if (buffer instanceof ShortBuffer shorts) {
      return new RawForm(SHORTS, true, shorts.order());
    } else if (buffer instanceof CharBuffer chars) {
      return new RawForm(CHARS, true, chars.order());
    } else if (buffer instanceof IntBuffer ints) {
      return new RawForm(INTS, true, ints.order());
    } else if (buffer instanceof FloatBuffer floats) {
      return new RawForm(FLOATS, true, floats.order());
    } else if (buffer instanceof LongBuffer longs) {
      return new RawForm(LONGS, true, longs.order());
    }
    return new RawForm(DOUBLES, true, ((DoubleBuffer) buffer).order());
  }

  /** Returns what stands for this form in a message. */
  public int code() {
    return type | (isBuffer ? BUFFER : 0) | (order == ByteOrder.LITTLE_ENDIAN ? LITTLE_ENDIAN : 0);
  }

  /** Returns the form that a code stands for. */
  public static RawForm ofCode(int code) throws ProtocolException {
    int type = code & TYPE_MASK;
    boolean isBuffer = (code & BUFFER) != 0;
    if (code < 0 || code > LARGEST_CODE || (isBuffer && type == BOOLEANS)) {
      throw new ProtocolException("neither an array nor a buffer: " + code);
    }
    ByteOrder order = (code & LITTLE_ENDIAN) != 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    return new RawForm(type, isBuffer, order);
  }

  /** Returns by how many bits a number of elements is shifted to become one of bytes. */
  int shift() {
    return SHIFTS[type];
  }

  /** Says what a value of this form is. */
  public String describe(long bytes) {
    long count = bytes >>> shift();
    return isBuffer
        ? BUFFER_NAMES[type] + " of " + count + " elements"
        : NAMES[type] + "[" + count + "]";
  }

  /** Returns how many elements a value of this form has. */
  public int count(Object value) {
    return value instanceof Buffer buffer
        ? buffer.remaining()
        : java.lang.reflect.Array.getLength(value);
  }

  /** Returns how many bytes the elements of a value of this form have. */
  public long bytes(Object value) {
    return (long) count(value) << shift();
  }

  /**
   * Makes a value of this form in the heap: an array, or a buffer whose limit is its capacity.
   *
   * @throws ProtocolException if there is no buffer of that size and order
   */
  Object allocate(int count) throws ProtocolException {
    boolean isNative = type == BYTES || order == ByteOrder.nativeOrder();
    if (isBuffer && !isNative) {
      long bytes = (long) count << shift();
      if (bytes > Integer.MAX_VALUE) {
        throw new ProtocolException("a buffer of " + bytes + " bytes in another byte order");
      }
      return view(ByteBuffer.allocate((int) bytes));
    }
    Object array =
        switch (type) {
          case BYTES -> new byte[count];
          case SHORTS -> new short[count];
          case CHARS -> new char[count];
          case INTS -> new int[count];
          case FLOATS -> new float[count];
          case LONGS -> new long[count];
          case DOUBLES -> new double[count];
          default -> new boolean[count];
        };
    return isBuffer ? inOrder(buffer(array)) : array;
  }

  private Buffer inOrder(Buffer buffer) {
    return buffer instanceof ByteBuffer bytes ? bytes.order(order) : buffer;
  }

  /** Returns the elements of a value from index 0 on; an array of booleans is its own. */
  private static Object elements(Object value) {
    if (value instanceof ByteBuffer bytes) {
      return bytes.slice();
    } else if (value instanceof Buffer buffer) {
      // Keeps the order, other than with bytes.
      return buffer.slice();
    }
    return value instanceof boolean[] ? value : buffer(value);
  }

  private static Buffer buffer(Object array) {
    if (array instanceof byte[] bytes) {
      return ByteBuffer.wrap(bytes);
    } else if (array instanceof short[] shorts) {
      return ShortBuffer.wrap(shorts);
    } else if (array instanceof char[] chars) {
      return CharBuffer.wrap(chars);
    } else if (array instanceof int[] ints) {
      return IntBuffer.wrap(ints);
    } else if (array instanceof float[] floats) {
      return FloatBuffer.wrap(floats);
    } else if (array instanceof long[] longs) {
      return LongBuffer.wrap(longs);
    }
    return DoubleBuffer.wrap((double[]) array);
  }

  /** Returns the bytes as a buffer of this form, at position 0. */
  Buffer view(ByteBuffer bytes) {
    ByteBuffer all = bytes.slice().order(order);
    return switch (type) {
      case BYTES -> all;
      case SHORTS -> all.asShortBuffer();
      case CHARS -> all.asCharBuffer();
      case INTS -> all.asIntBuffer();
      case FLOATS -> all.asFloatBuffer();
      case LONGS -> all.asLongBuffer();
      default -> all.asDoubleBuffer();
    };
  }

  /** The elements of a value that are copied piece by piece. */
  final class Cursor {

    private final Object elements;

    Cursor(Object value) {
      elements = elements(value);
    }

    /** Fills the bytes with elements of the value, from that one on. */
    void read(int from, ByteBuffer bytes) {
      int count = bytes.remaining() >> shift();
      if (elements instanceof boolean[] booleans) {
        for (int i = 0; i < count; i++) {
          bytes.put(bytes.position() + i, (byte) (booleans[from + i] ? 1 : 0));
        }
      } else {
        copy(view(bytes), 0, (Buffer) elements, from, count);
      }
    }

    /** Sets elements of the value, from that one on, to what is in the bytes. */
    void write(int from, ByteBuffer bytes) {
      int count = bytes.remaining() >> shift();
      if (elements instanceof boolean[] booleans) {
        for (int i = 0; i < count; i++) {
          booleans[from + i] = bytes.get(bytes.position() + i) != 0;
        }
      } else {
        copy((Buffer) elements, from, view(bytes), 0, count);
      }
    }

    private void copy(Buffer target, int to, Buffer source, int from, int count) {
      switch (type) {
        case BYTES -> ((ByteBuffer) target).put(to, (ByteBuffer) source, from, count);
        case SHORTS -> ((ShortBuffer) target).put(to, (ShortBuffer) source, from, count);
        case CHARS -> ((CharBuffer) target).put(to, (CharBuffer) source, from, count);
        case INTS -> ((IntBuffer) target).put(to, (IntBuffer) source, from, count);
        case FLOATS -> ((FloatBuffer) target).put(to, (FloatBuffer) source, from, count);
        case LONGS -> ((LongBuffer) target).put(to, (LongBuffer) source, from, count);
        default -> ((DoubleBuffer) target).put(to, (DoubleBuffer) source, from, count);
      }
    }
  }
}
