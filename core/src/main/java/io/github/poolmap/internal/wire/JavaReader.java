package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Java serialization within {@link ObjectLimits}, which finds classes by the loader of the task
 * instead of that of the library.
 */
class JavaReader extends ObjectInputStream {

  private final BufferStream in;
  private final ObjectLimits limits;
  private final KnownClasses classes;

  JavaReader(ByteBuffer from, KnownClasses classes) throws IOException {
    this(new BufferStream(from), classes);
  }

  private JavaReader(BufferStream in, KnownClasses classes) throws IOException {
    super(in);
    this.in = in;
    this.classes = classes;
    this.limits = new ObjectLimits(0, getObjectInputFilter());
    setObjectInputFilter(limits);
  }

  /**
   * Reads an object. Runs the code of its classes, which may throw anything.
   *
   * @param length how many bytes it has, with the header of the stream if there is one
   */
  final @Nullable Object read(ByteBuffer from, int length)
      throws IOException, ClassNotFoundException {
    in.change(from);
    limits.begin(length);
    try {
      return readObject();
    } catch (InvalidClassException e) {
      String refusal = limits.refusal();
      throw refusal == null ? e : new IOException("refused: " + refusal, e);
    }
  }

  /** Tells whether further objects count apart: another filter would add them up. */
  final boolean canBeReused() {
    return !limits.hasOther();
  }

  @Override
  protected final Class<?> resolveClass(ObjectStreamClass descriptor)
      throws IOException, ClassNotFoundException {
    if (classes.loader() != null) {
      try {
        return classes.find(descriptor.getName());
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
  protected final Class<?> resolveProxyClass(String[] interfaces)
      throws IOException, ClassNotFoundException {
    ClassLoader loader = classes.loader();
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

  /** Reads what a {@link JavaWriter.OfMessage} wrote. Not to be used any more after an error. */
  static final class OfMessage extends JavaReader {

    private final ClassDefinitions definitions;

    OfMessage(ByteBuffer from, KnownClasses classes, ClassDefinitions definitions)
        throws IOException {
      super(from, classes);
      this.definitions = definitions;
    }

    @Override
    protected void readStreamHeader() {
      // Items begin anywhere.
    }

    @Override
    protected ObjectStreamClass readClassDescriptor() throws IOException, ClassNotFoundException {
      return definitions.get(readInt(), ObjectStreamClass.class);
    }
  }
}
