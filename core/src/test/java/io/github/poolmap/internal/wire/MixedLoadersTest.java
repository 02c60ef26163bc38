package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/**
 * A loader that asks several may find a class in one of them, and another class by the name of what
 * that one refers to in the next. Such an item cannot be read, and that is all: the worker that
 * sent it has done nothing wrong.
 */
class MixedLoadersTest {

  private interface Marker {}

  private record Marked() implements Marker, Serializable {}

  private record Inner() implements Serializable {}

  private record Outer(Inner inner) implements Serializable {}

  /** Has a class of its own by the name of one of the program's. */
  private static final class Mixed extends ClassLoader {

    private final String own;

    Mixed(Class<?> twin) {
      super(MixedLoadersTest.class.getClassLoader());
      own = twin.getName();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals(own)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known != null ? known : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] code = in.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static void assertRefused(Object value, Class<?> twin) {
    ItemWriter writer = ItemWriter.alone();
    Packer packer = new Packer(64);
    writer.write(packer, value, "value", null);
    ItemReader reader = ItemReader.alone(new KnownClasses(new Mixed(twin)));
    assertThatExceptionOfType(InvalidObjectException.class)
        .isThrownBy(() -> reader.read(ByteBuffer.wrap(packer.toByteArray())))
        .withMessageContaining("not of the type");
  }

  @Test
  void aComponentOfAnotherClassOfThatNameFailsTheItemAlone() {
    assertRefused(new Outer(new Inner()), Inner.class);
  }

  @Test
  void anElementOfAnotherClassOfThatNameFailsTheItemAlone() {
    assertRefused(new Marker[] {new Marked()}, Marker.class);
  }
}
