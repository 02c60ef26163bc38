package io.github.poolmap.internal.wire;

import io.github.poolmap.NotSerializableTaskException;
import java.io.IOException;
import java.lang.invoke.SerializedLambda;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Single objects as bytes, which bring all with them that is needed to read them. Those of which a
 * message has many have an {@link ItemWriter} and an {@link ItemReader}.
 */
public final class ObjectCodec {

  private ObjectCodec() {}

  /**
   * Appends an object.
   *
   * @param what how messages and field paths call it, for example "input"
   * @throws NotSerializableTaskException if it cannot be serialized
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
    ItemWriter.alone().write(to, value, what, witness);
  }

  /** Serializes an object of any class. */
  public static byte[] serialize(Object value, String what) {
    return serialized(value, what, null);
  }

  /**
   * Serializes an object of any class, and tells what it is made of.
   *
   * @param witness is told in the calling thread; null if nobody wants to know
   */
  public static byte[] serialize(Object value, String what, @Nullable Witness witness) {
    return serialized(value, what, witness);
  }

  private static byte[] serialized(Object value, String what, @Nullable Witness witness) {
    Packer packer = new Packer(256);
    try {
      JavaWriter stream = new JavaWriter(packer, witness);
      stream.writeObject(value);
      stream.flush();
    } catch (Exception | Error e) {
      throw ItemWriter.unsendable(value, what, e);
    }
    return packer.toByteArray();
  }

  /** Is told what an object is made of while it is serialized. */
  public interface Witness {

    /** Hears of the class of an object, of a super class of one, or of one that is a value. */
    void see(Class<?> type);

    /** Hears of a lambda. */
    void see(SerializedLambda lambda);
  }

  /**
   * Reads what {@link #encode} wrote: all that is left in the buffer. Runs the code of the classes
   * that it reads, which may throw anything.
   *
   * @param loader knows the classes of the program
   */
  public static @Nullable Object decode(ByteBuffer from, @Nullable ClassLoader loader)
      throws IOException, ClassNotFoundException {
    return ItemReader.alone(new KnownClasses(loader)).read(from);
  }

  /**
   * Reads what {@link #serialize(Object, String)} wrote, within {@link ObjectLimits}. Runs the code
   * of the classes that it reads, which may throw anything.
   */
  public static @Nullable Object deserialize(ByteBuffer from, @Nullable ClassLoader loader)
      throws IOException, ClassNotFoundException {
    int length = from.remaining();
    return new JavaReader(from, new KnownClasses(loader)).read(from, length);
  }
}
