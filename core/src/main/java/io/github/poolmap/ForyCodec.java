package io.github.poolmap;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Apache Fory as a codec. It makes code for each class that it meets, so one instance is kept for
 * each class loader, of a few.
 *
 * <p>Called by reflection. Its module wants an incubating one, so whoever named it in a module
 * descriptor would have a warning in each compilation.
 */
final class ForyCodec implements Codec {

  private static final long serialVersionUID = 1L;

  private static final int KEPT = 8;

  private transient @Nullable Map<ClassLoader, Instance> instances;

  private ForyCodec() {}

  static Codec create() {
    try {
      type("Fory");
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalStateException(
          "Codec.fory() needs Apache Fory, which is not there: add the dependency"
              + " org.apache.fory:fory-core to your project",
          e);
    }
    return new ForyCodec();
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName("org.apache.fory." + name, false, ForyCodec.class.getClassLoader());
  }

  /** One instance of Fory, safe for use by many threads. */
  private static final class Instance {

    private final Object fory;
    private final Method serialize;
    private final Method deserialize;

    Instance(ClassLoader loader) throws IOException {
      try {
        Object builder = type("Fory").getMethod("builder").invoke(null);
        set(builder, "withClassLoader", ClassLoader.class, loader);
        set(builder, "withXlang", boolean.class, false);
        set(builder, "withCompatible", boolean.class, false);
        set(builder, "withClassVersionCheck", boolean.class, true);
        set(builder, "withRefTracking", boolean.class, true);
        // A worker executes the program's own code.
        set(builder, "requireClassRegistration", boolean.class, false);
        set(builder, "suppressClassRegistrationWarnings", boolean.class, true);
        fory = builder.getClass().getMethod("buildThreadSafeFory").invoke(builder);
        serialize = type("BaseFory").getMethod("serialize", Object.class);
        deserialize = type("BaseFory").getMethod("deserialize", byte[].class);
      } catch (ReflectiveOperationException | LinkageError e) {
        throw new IOException("Apache Fory of another version than this library knows: " + e, e);
      }
    }

    private static void set(Object builder, String option, Class<?> type, Object value)
        throws ReflectiveOperationException {
      builder.getClass().getMethod(option, type).invoke(builder, value);
    }

    byte[] serialize(Object value) throws IOException {
      return (byte[]) call(serialize, value);
    }

    Object deserialize(byte[] bytes) throws IOException {
      return call(deserialize, bytes);
    }

    private Object call(Method method, Object argument) throws IOException {
      try {
        return method.invoke(fory, argument);
      } catch (InvocationTargetException e) {
        throw new IOException(e.getTargetException());
      } catch (IllegalAccessException e) {
        throw new IOException(e);
      }
    }
  }

  @Override
  public boolean handles(Class<?> type) {
    boolean simple =
        Number.class.isAssignableFrom(type)
            || CharSequence.class.isAssignableFrom(type)
            || type == Boolean.class
            || type == Character.class
            || type == Class.class
            // Fory would take its file system along.
            || Path.class.isAssignableFrom(type)
            || type.isHidden()
            || (type.isArray() && type.getComponentType().isPrimitive());
    return !simple;
  }

  @Override
  public void encode(Object value, OutputStream to) throws IOException {
    ClassLoader loader = value.getClass().getClassLoader();
    to.write(instance(loader != null ? loader : ForyCodec.class.getClassLoader()).serialize(value));
  }

  @Override
  public Object decode(InputStream from, ClassLoader loader) throws IOException {
    return instance(loader).deserialize(from.readAllBytes());
  }

  private synchronized Instance instance(ClassLoader loader) throws IOException {
    Map<ClassLoader, Instance> known = instances;
    if (known == null) {
      known =
          new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ClassLoader, Instance> eldest) {
              return size() > KEPT;
            }
          };
      instances = known;
    }
    Instance instance = known.get(loader);
    if (instance == null) {
      instance = new Instance(loader);
      known.put(loader, instance);
    }
    return instance;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ForyCodec;
  }

  @Override
  public int hashCode() {
    return ForyCodec.class.hashCode();
  }

  @Override
  public String toString() {
    return "Codec.fory()";
  }
}
