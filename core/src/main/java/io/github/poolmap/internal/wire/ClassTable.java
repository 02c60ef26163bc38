package io.github.poolmap.internal.wire;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The classes that the items of a message use, each defined once; items mention them by number.
 *
 * <p>The definitions stand behind the item that needs them first, outside of it: so whoever reads
 * the items in order knows them, whether or not an item itself can be read.
 */
final class ClassTable {

  static final int RECORD = 1;
  static final int ARRAY = 2;
  static final int CONSTANT_OF_ENUM = 3;
  static final int DESCRIPTOR = 4;
  static final int NAME = 5;

  private static final ClassValue<byte[]> DESCRIPTORS =
      new ClassValue<>() {
        @Override
        protected byte[] computeValue(Class<?> type) {
          return describe(ObjectStreamClass.lookupAny(type));
        }
      };

  /** By class, constant, or descriptor. */
  private final Map<Object, Integer> numbers = new IdentityHashMap<>();

  private final List<Object> keys = new ArrayList<>();
  private final List<byte[]> definitions = new ArrayList<>();
  private @Nullable Class<?> lastRecord;
  private int lastNumber;

  int size() {
    return definitions.size();
  }

  /** Forgets the definitions from this number on. */
  void truncate(int size) {
    while (keys.size() > size) {
      numbers.remove(keys.remove(keys.size() - 1));
      definitions.remove(definitions.size() - 1);
      lastRecord = null;
    }
  }

  // The callers can tell by the size before whether a number is a new one.

  @SuppressWarnings("ReferenceEquality") // Of classes.
  int ofRecord(RecordShape shape) {
    Class<?> type = shape.type();
    if (type == lastRecord) {
      return lastNumber;
    }
    Integer known = numbers.get(type);
    int number =
        known != null
            ? known
            : define(type, RECORD, new Packer(128), type.getName(), shape.components());
    lastRecord = type;
    lastNumber = number;
    return number;
  }

  int ofArray(Class<?> type) {
    Integer known = numbers.get(type);
    return known != null ? known : define(type, ARRAY, new Packer(64), type.getName());
  }

  /** Of a class that the reader need not know. */
  int ofName(Class<?> type) {
    Integer known = numbers.get(type);
    return known != null ? known : define(type, NAME, new Packer(64), type.getName());
  }

  int ofConstant(Enum<?> constant) {
    Integer known = numbers.get(constant);
    return known != null
        ? known
        : define(
            constant,
            CONSTANT_OF_ENUM,
            new Packer(64),
            constant.getDeclaringClass().getName(),
            constant.name());
  }

  int ofDescriptor(ObjectStreamClass descriptor) {
    Integer known = numbers.get(descriptor);
    if (known != null) {
      return known;
    }
    Class<?> type = descriptor.forClass();
    byte[] described = type == null ? describe(descriptor) : DESCRIPTORS.get(type);
    return define(descriptor, DESCRIPTOR, new Packer(1 + described.length).putBytes(described));
  }

  private int define(Object key, int kind, Packer rest, String... texts) {
    for (String text : texts) {
      rest.putString(text);
    }
    byte[] definition = new byte[1 + rest.size()];
    definition[0] = (byte) kind;
    System.arraycopy(rest.array(), 0, definition, 1, rest.size());
    int number = definitions.size();
    numbers.put(key, number);
    keys.add(key);
    definitions.add(definition);
    return number;
  }

  /** Appends the definitions from this number on. */
  void put(Packer to, int from) {
    for (int i = from; i < definitions.size(); i++) {
      putOne(to, i);
    }
  }

  void putOne(Packer to, int number) {
    byte[] definition = definitions.get(number);
    to.putInt(definition.length).putBytes(definition);
  }

  private static byte[] describe(ObjectStreamClass descriptor) {
    Packer packer = new Packer(128);
    try {
      new Describer(packer).describe(descriptor);
    } catch (IOException e) {
      // A packer throws none.
      throw new UncheckedIOException(e);
    }
    return packer.toByteArray();
  }

  /** Writes a descriptor as it would stand in a stream, without one. */
  private static final class Describer extends ObjectOutputStream {

    Describer(OutputStream out) throws IOException {
      super(out);
    }

    @Override
    protected void writeStreamHeader() {
      // The reader knows what this is.
    }

    void describe(ObjectStreamClass descriptor) throws IOException {
      super.writeClassDescriptor(descriptor);
      flush();
    }
  }
}
