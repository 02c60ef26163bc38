package io.github.poolmap.internal.wire;

import java.io.Externalizable;
import java.io.InvalidClassException;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * How to take a record apart, and how to make one.
 *
 * <p>As Java serialization does: the fields are read, not the accessors, which may say something
 * else; the canonical constructor makes the copy, and may refuse. Only records that are {@link
 * Serializable} and do not replace themselves. A module may keep the fields to itself, then such a
 * record is written by Java serialization; but what has been written here by the other side, which
 * could see them, can be read in any case.
 */
final class RecordShape {

  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  private final Class<?> type;
  private final Field[] fields;
  private final char[] kinds;
  private final @Nullable Constructor<?> constructor;
  private final boolean writable;

  /** The names and types of the components, as both sides must agree on. */
  private final String components;

  private RecordShape(Class<?> type) {
    this.type = type;
    RecordComponent[] all = type.getRecordComponents();
    boolean travels =
        all != null
            && Serializable.class.isAssignableFrom(type)
            && !Externalizable.class.isAssignableFrom(type)
            && !type.isHidden()
            && !replacesItself(type);
    int count = travels && all != null ? all.length : 0;
    fields = new Field[count];
    kinds = new char[count];
    Class<?>[] types = new Class<?>[count];
    StringBuilder text = new StringBuilder();
    boolean open = travels;
    Constructor<?> canonical = null;
    try {
      for (int i = 0; i < count && all != null; i++) {
        types[i] = all[i].getType();
        fields[i] = type.getDeclaredField(all[i].getName());
        open = open && makeAccessible(fields[i]);
        kinds[i] = types[i].descriptorString().charAt(0);
        text.append(all[i].getName()).append(' ').append(types[i].descriptorString()).append('\n');
      }
      if (travels) {
        canonical = accessible(type, type.getDeclaredConstructor(types));
      }
    } catch (ReflectiveOperationException e) {
      open = false;
    }
    components = text.toString();
    constructor = canonical;
    writable = open;
  }

  /** Returns the shape of a record class. */
  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  private static boolean replacesItself(Class<?> type) {
    return declares(type, "writeReplace") || declares(type, "readResolve");
  }

  private static boolean declares(Class<?> type, String method) {
    for (Method each : type.getDeclaredMethods()) {
      if (each.getName().equals(method) && each.getParameterCount() == 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean makeAccessible(Field field) {
    try {
      field.setAccessible(true);
      return true;
    } catch (InaccessibleObjectException | SecurityException e) {
      return false;
    }
  }

  /** Where the module is closed the JDK has a door for serialization; null if that is missing. */
  private static @Nullable Constructor<?> accessible(Class<?> type, Constructor<?> canonical) {
    try {
      canonical.setAccessible(true);
      return canonical;
    } catch (InaccessibleObjectException | SecurityException closed) {
      try {
        Class<?> door = Class.forName("sun.reflect.ReflectionFactory");
        Object factory = door.getMethod("getReflectionFactory").invoke(null);
        return (Constructor<?>)
            door.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(factory, type, canonical);
      } catch (ReflectiveOperationException | RuntimeException e) {
        return null;
      }
    }
  }

  /** Tells whether records of this class can be written here. */
  boolean isWritable() {
    return writable && constructor != null;
  }

  Class<?> type() {
    return type;
  }

  String components() {
    return components;
  }

  int size() {
    return kinds.length;
  }

  /** Returns the first letter of the descriptor of a component's type. */
  char kind(int component) {
    return kinds[component];
  }

  Field field(int component) {
    return fields[component];
  }

  /**
   * Makes sure that records can be read that have these components.
   *
   * @throws InvalidClassException if they cannot
   */
  RecordShape check(String theirs) throws InvalidClassException {
    if (constructor == null) {
      throw new InvalidClassException(
          type.getName(), "is not a serializable record here, or its module keeps it closed");
    }
    if (!components.equals(theirs)) {
      throw new InvalidClassException(
          type.getName(),
          "is another version here: its components are "
              + oneLine(components)
              + ", and those that were sent "
              + oneLine(theirs));
    }
    return this;
  }

  private static String oneLine(String components) {
    return "(" + components.strip().replace("\n", ", ") + ")";
  }

  /**
   * Makes a record of values that may be of the wrong types: if they were damaged, or where the
   * loader gives another class by the name of a component's type than the record itself knows.
   */
  Object make(@Nullable Object[] values) throws InvalidObjectException {
    Constructor<?> maker = constructor;
    if (maker == null) {
      throw new InvalidObjectException(type.getName() + " is not open");
    }
    try {
      return maker.newInstance(values);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getTargetException();
      InvalidObjectException refused =
          new InvalidObjectException(
              "the constructor of " + type.getName() + " threw " + Texts.of(cause));
      refused.initCause(cause);
      throw refused;
    } catch (IllegalArgumentException e) {
      throw new InvalidObjectException("values that are not of the types of " + type.getName());
    } catch (ReflectiveOperationException e) {
      InvalidObjectException closed = new InvalidObjectException(type.getName() + ": " + e);
      closed.initCause(e);
      throw closed;
    }
  }
}
