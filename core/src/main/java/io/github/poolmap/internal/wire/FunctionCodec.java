package io.github.poolmap.internal.wire;

import io.github.poolmap.NotSerializableTaskException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Functions as bytes, in one of two forms: that of a simple lambda, or Java serialization. */
public final class FunctionCodec {

  private static final int SERIALIZED = 0;
  private static final int LAMBDA = 1;

  private FunctionCodec() {}

  /** Packs a function that is a simple lambda. */
  public static byte[] pack(LambdaForm lambda) {
    Packer packer = new Packer(512).putByte(LAMBDA);
    lambda.write(packer);
    return packer.toByteArray();
  }

  /**
   * Serializes a function of any kind.
   *
   * @param what how messages and field paths call it, for example "mapper"
   * @param witness is told in the calling thread what it is made of; null if nobody wants to know
   * @throws NotSerializableTaskException if it cannot be serialized
   */
  public static byte[] serialize(
      Object function, String what, ObjectCodec.@Nullable Witness witness) {
    byte[] serialized = ObjectCodec.serialize(function, what, witness);
    return new Packer(1 + serialized.length).putByte(SERIALIZED).putBytes(serialized).toByteArray();
  }

  /**
   * Reads a function of either form: all that is left in the buffer. Runs the code of the classes
   * that it reads, which may throw anything.
   *
   * @param classes finds the classes of the program
   */
  public static @Nullable Object read(ByteBuffer from, KnownClasses classes)
      throws IOException, ClassNotFoundException {
    int form = Unpacker.smallInteger(from);
    switch (form) {
      case SERIALIZED:
        return ObjectCodec.deserialize(from, classes.loader());
      case LAMBDA:
        return LambdaForm.read(from, classes);
      default:
        throw new ProtocolException("function in unknown form " + form);
    }
  }
}
