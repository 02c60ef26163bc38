package io.github.poolmap.internal.wire;

import io.github.poolmap.Mapper;
import io.github.poolmap.NotSerializableTaskException;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Functions as bytes, in one of three forms: the name of a class of the library, a simple lambda,
 * or Java serialization, whose first use takes a fresh JVM longer than all the rest of its first
 * task.
 */
public final class FunctionCodec {

  static final int SERIALIZED = 0;
  private static final int LAMBDA = 1;
  private static final int NAMED = 2;

  private static final String API = Mapper.class.getPackageName();

  private FunctionCodec() {}

  /** Packs a function of the library that has no fields; null if it is none. */
  public static byte @Nullable [] packNamed(Object function) {
    Class<?> type = function.getClass();
    return isOfLibrary(type) && type.getSuperclass() == Object.class && !hasFields(type)
        ? new Packer(64).putByte(NAMED).putString(type.getName()).toByteArray()
        : null;
  }

  private static boolean isOfLibrary(Class<?> type) {
    return type.getClassLoader() == FunctionCodec.class.getClassLoader()
        && type.getPackageName().equals(API)
        && !type.isHidden();
  }

  private static boolean hasFields(Class<?> type) {
    for (Field each : type.getDeclaredFields()) {
      if (!Modifier.isStatic(each.getModifiers())) {
        return true;
      }
    }
    return false;
  }

  private static Object named(@Nullable String name) throws IOException, ClassNotFoundException {
    if (name == null || !name.startsWith(API + ".")) {
      throw new ProtocolException("a function of the library called " + name);
    }
    Class<?> type = Class.forName(name, false, FunctionCodec.class.getClassLoader());
    if (!isOfLibrary(type) || !Serializable.class.isAssignableFrom(type) || hasFields(type)) {
      throw new ProtocolException(name + " is no function of the library");
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new InvalidClassException(name, e.toString());
    }
  }

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
   * Reads a function of any form: all that is left in the buffer. Runs the code of the classes that
   * it reads, which may throw anything.
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
      case NAMED:
        return named(Unpacker.string(from));
      default:
        throw new ProtocolException("function in unknown form " + form);
    }
  }
}
