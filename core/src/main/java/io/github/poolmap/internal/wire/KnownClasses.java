package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the definitions of a {@link ClassTable} mean to a class loader: found once, whatever number
 * of messages they come with. Lives as long as the function whose items it is for. Safe for use by
 * many threads.
 */
public final class KnownClasses {

  /** More than a program has; somebody invents them. */
  private static final int MOST = 1 << 14;

  private final @Nullable ClassLoader loader;
  private final Map<String, Class<?>> byName = new ConcurrentHashMap<>();

  /** By the bytes of the definition: shape of a record, class, constant, or descriptor. */
  private final Map<ByteBuffer, Object> byDefinition = new ConcurrentHashMap<>();

  private volatile @Nullable Filter filter;

  /** Holds what this JVM wants to have asked besides, if there is such a filter. */
  private record Filter(@Nullable ObjectInputFilter asked) {}

  /**
   * Knows nothing yet.
   *
   * @param loader finds the classes of the program
   */
  public KnownClasses(@Nullable ClassLoader loader) {
    this.loader = loader;
  }

  /** Returns what finds the classes. */
  public @Nullable ClassLoader loader() {
    return loader;
  }

  /** Returns what a JVM-wide setting says about classes that are read, null if there is none. */
  @Nullable ObjectInputFilter filter() throws IOException {
    Filter known = filter;
    if (known == null) {
      // A filter factory has a say in it, and wants to see a stream.
      known = new Filter(new Headless(InputStream.nullInputStream()).getObjectInputFilter());
      filter = known;
    }
    return known.asked();
  }

  Class<?> find(String name) throws ClassNotFoundException {
    Class<?> known = byName.get(name);
    if (known == null) {
      known =
          Class.forName(name, false, loader != null ? loader : KnownClasses.class.getClassLoader());
      trim(byName);
      byName.put(name, known);
    }
    return known;
  }

  private static void trim(Map<?, ?> map) {
    if (map.size() > MOST) {
      map.clear();
    }
  }

  /** Returns what a definition means. */
  Object meaning(ByteBuffer definition) throws IOException, ClassNotFoundException {
    Object known = byDefinition.get(definition);
    if (known == null) {
      known = find(definition.duplicate());
      byte[] copy = new byte[definition.remaining()];
      definition.duplicate().get(copy);
      trim(byDefinition);
      byDefinition.put(ByteBuffer.wrap(copy), known);
    }
    return known;
  }

  private Object find(ByteBuffer definition) throws IOException, ClassNotFoundException {
    int kind = Unpacker.smallInteger(definition);
    switch (kind) {
      case ClassTable.RECORD:
        RecordShape shape = RecordShape.of(find(text(definition)));
        return shape.check(text(definition));
      case ClassTable.ARRAY:
        Class<?> type = find(text(definition));
        if (!type.isArray() || type.getComponentType().isPrimitive()) {
          throw new ProtocolException(type + " is not an array of objects");
        }
        return type;
      case ClassTable.CONSTANT_OF_ENUM:
        Class<?> declaring = find(text(definition));
        // Before it is initialized.
        ItemReader.check(filter(), declaring, -1, 1, 1, definition.limit());
        return constant(declaring, text(definition));
      case ClassTable.NAME:
        return text(definition);
      case ClassTable.DESCRIPTOR:
        try (Headless stream = new Headless(new BufferStream(definition))) {
          return stream.readDescriptor();
        }
      default:
        throw new ProtocolException("class of unknown kind " + kind);
    }
  }

  private static String text(ByteBuffer definition) throws ProtocolException {
    return String.valueOf(Unpacker.string(definition));
  }

  private static Object constant(Class<?> type, String name) throws IOException {
    if (!type.isEnum()) {
      throw new ProtocolException(type + " is not an enum");
    }
    // Initializes the class, which is user code.
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw new InvalidClassException(
        type.getName(), "is another version here: it has no constant " + name);
  }

  /** Reads a descriptor that does not stand in a stream. */
  private static final class Headless extends ObjectInputStream {

    Headless(InputStream in) throws IOException {
      super(in);
    }

    @Override
    protected void readStreamHeader() {
      // There is none.
    }

    ObjectStreamClass readDescriptor() throws IOException, ClassNotFoundException {
      return super.readClassDescriptor();
    }
  }
}
