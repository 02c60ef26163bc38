package io.github.poolmap.internal.wire;

import io.github.poolmap.NotSerializableTaskException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Objects as bytes: a tag and raw bytes for the simplest, Java serialization for the rest.
 *
 * <p>Each object is a graph of its own: two items never share a part, and each can be read, or fail
 * to be read, without the others.
 */
public final class ObjectCodec {

  private static final int NULL = 0;
  private static final int SERIALIZED = 1;
  private static final int INTEGER = 2;
  private static final int LONG = 3;
  private static final int DOUBLE = 4;
  private static final int TRUE = 5;
  private static final int FALSE = 6;
  private static final int STRING = 7;
  private static final int BYTES = 8;

  private ObjectCodec() {}

  /**
   * Appends an object.
   *
   * @param what how messages and field paths call it, for example "input"
   * @throws NotSerializableTaskException if it cannot be serialized; the packer may then hold a
   *     part
   */
  public static void encode(Packer to, @Nullable Object value, String what) {
    encode(to, value, what, null);
  }

  /**
   * Appends an object, and tells what it is made of.
   *
   * @param witness is told in the calling thread; null if nobody wants to know
   */
  public static void encode(
      Packer to, @Nullable Object value, String what, @Nullable Witness witness) {
    if (value == null) {
      to.putByte(NULL);
    } else if (value instanceof Integer number) {
      to.putByte(INTEGER).putInt(number);
    } else if (value instanceof Long number) {
      to.putByte(LONG).putLong(number);
    } else if (value instanceof Double number) {
      // Raw bits: a NaN with a message in it arrives as it left.
      to.putByte(DOUBLE).putLong(Double.doubleToRawLongBits(number));
    } else if (value instanceof Boolean truth) {
      to.putByte(truth ? TRUE : FALSE);
    } else if (value instanceof String text && isEncodable(text)) {
      to.putByte(STRING).putBytes(text.getBytes(StandardCharsets.UTF_8));
    } else if (value.getClass() == byte[].class) {
      to.putByte(BYTES).putBytes((byte[]) value);
    } else {
      to.putByte(SERIALIZED);
      serialize(to, value, what, witness);
    }
  }

  /** UTF-8 cannot hold a surrogate that stands alone; serialization can. */
  private static boolean isEncodable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** Serializes an object of any class. */
  public static byte[] serialize(Object value, String what) {
    Packer packer = new Packer(256);
    serialize(packer, value, what, null);
    return packer.toByteArray();
  }

  /**
   * Serializes an object of any class, and tells what it is made of.
   *
   * @param witness is told in the calling thread
   */
  public static byte[] serialize(Object value, String what, Witness witness) {
    Packer packer = new Packer(256);
    serialize(packer, value, what, witness);
    return packer.toByteArray();
  }

  /** Is told what an object is made of while it is serialized. */
  public interface Witness {

    /** Hears of the class of an object, of a super class of one, or of one that is a value. */
    void see(Class<?> type);

    /** Hears of a lambda. */
    void see(SerializedLambda lambda);
  }

  private static void serialize(Packer to, Object value, String what, @Nullable Witness witness) {
    try {
      ObjectOutputStream stream =
          witness == null ? new ObjectOutputStream(to) : new WitnessedStream(to, witness);
      stream.writeObject(value);
      stream.flush();
    } catch (NotSerializableException e) {
      String path = FieldPath.toUnserializable(value, what);
      throw new NotSerializableTaskException(
          "the " + what + " cannot be sent: " + path + " is not serializable", path, e);
    } catch (TooLargeException e) {
      throw e;
    } catch (Exception | Error e) {
      // User code (writeObject, writeReplace) may throw anything.
      throw new NotSerializableTaskException(
          "the " + what + " cannot be sent: serializing it failed: " + Texts.of(e),
          what + " (" + value.getClass().getName() + ")",
          e);
    }
  }

  /**
   * Reads what {@link #encode} wrote: all that is left in the buffer. What is not of the simple
   * kinds runs the code of the classes that are read, which may throw anything.
   *
   * @param loader knows the classes of the program
   */
  public static @Nullable Object decode(ByteBuffer from, @Nullable ClassLoader loader)
      throws IOException, ClassNotFoundException {
    if (!from.hasRemaining()) {
      throw new ProtocolException("object without tag");
    }
    int tag = from.get();
    int length = from.remaining();
    switch (tag) {
      case NULL:
        return null;
      case SERIALIZED:
        return deserialize(from, loader);
      case INTEGER:
        expect(length, 4);
        return from.getInt();
      case LONG:
        expect(length, 8);
        return from.getLong();
      case DOUBLE:
        expect(length, 8);
        return Double.longBitsToDouble(from.getLong());
      case TRUE:
        return true;
      case FALSE:
        return false;
      case STRING:
        return new String(Unpacker.bytes(from, length), StandardCharsets.UTF_8);
      case BYTES:
        return Unpacker.bytes(from, length);
      default:
        throw new ProtocolException("object of unknown tag " + tag);
    }
  }

  private static void expect(int actual, int expected) throws ProtocolException {
    if (actual != expected) {
      throw new ProtocolException("value of " + actual + " bytes where " + expected + " belong");
    }
  }

  /**
   * Reads what {@link #serialize(Object, String)} wrote, within {@link ObjectLimits}. Runs the code
   * of the classes that it reads, which may throw anything.
   */
  public static @Nullable Object deserialize(ByteBuffer from, @Nullable ClassLoader loader)
      throws IOException, ClassNotFoundException {
    int length = from.remaining();
    LoaderStream stream = new LoaderStream(new BufferStream(from), loader);
    ObjectLimits limits = new ObjectLimits(length, stream.getObjectInputFilter());
    stream.setObjectInputFilter(limits);
    try {
      return stream.readObject();
    } catch (InvalidClassException e) {
      String refusal = limits.refusal();
      throw refusal == null ? e : new IOException("refused: " + refusal, e);
    }
  }

  private static final class WitnessedStream extends ObjectOutputStream {

    private final Witness witness;

    WitnessedStream(OutputStream out, Witness witness) throws IOException {
      super(out);
      this.witness = witness;
      enableReplaceObject(true);
    }

    @Override
    protected void annotateClass(Class<?> type) throws IOException {
      if (type.isHidden()) {
        throw new InvalidClassException(
            type.getName(), "a hidden class has no name by which another JVM could know it");
      }
      witness.see(type);
    }

    @Override
    protected void annotateProxyClass(Class<?> type) {
      witness.see(type);
      for (Class<?> each : type.getInterfaces()) {
        witness.see(each);
      }
    }

    @Override
    protected Object replaceObject(Object value) {
      if (value instanceof SerializedLambda lambda) {
        witness.see(lambda);
      } else if (value instanceof SharedReference shared) {
        shared.tell(witness);
      }
      return value;
    }
  }

  /** Finds classes by the loader of the task instead of that of the library. */
  private static final class LoaderStream extends ObjectInputStream {

    private final @Nullable ClassLoader loader;

    LoaderStream(InputStream in, @Nullable ClassLoader loader) throws IOException {
      super(in);
      this.loader = loader;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass descriptor)
        throws IOException, ClassNotFoundException {
      if (loader != null) {
        try {
          return Class.forName(descriptor.getName(), false, loader);
        } catch (ClassNotFoundException e) {
          // Primitive types have no loader; the library's own classes may be unknown to this one.
          try {
            return super.resolveClass(descriptor);
          } catch (ClassNotFoundException nowhere) {
            // The first knows more about why.
            throw e;
          }
        }
      }
      return super.resolveClass(descriptor);
    }

    @Override
    protected Class<?> resolveProxyClass(String[] interfaces)
        throws IOException, ClassNotFoundException {
      if (loader != null) {
        try {
          Class<?>[] types = new Class<?>[interfaces.length];
          for (int i = 0; i < types.length; i++) {
            types[i] = Class.forName(interfaces[i], false, loader);
          }
          // The class is asked for, the instance is not used.
          return Proxy.newProxyInstance(loader, types, (proxy, method, args) -> null).getClass();
        } catch (ClassNotFoundException | IllegalArgumentException e) {
          // Not known to this loader, or not public: the JDK knows a way for some of these.
          return super.resolveProxyClass(interfaces);
        }
      }
      return super.resolveProxyClass(interfaces);
    }
  }

  private static final class BufferStream extends InputStream {

    private final ByteBuffer buffer;

    BufferStream(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public int read() {
      return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (!buffer.hasRemaining()) {
        return length == 0 ? 0 : -1;
      }
      int read = Math.min(length, buffer.remaining());
      buffer.get(target, offset, read);
      return read;
    }

    @Override
    public int available() {
      return buffer.remaining();
    }
  }
}
