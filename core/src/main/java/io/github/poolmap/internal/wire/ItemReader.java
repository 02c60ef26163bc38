package io.github.poolmap.internal.wire;

import io.github.poolmap.Codec;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.InvalidObjectException;
import java.io.ObjectInputFilter;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an {@link ItemWriter} wrote, in the same order, items apart from each other: one that
 * cannot be read says nothing of the next.
 *
 * <p>No bytes are trusted: a length or count is compared with what is left before there is room for
 * it, and nothing is nested deeper than a writer nests it. For one thread.
 */
public final class ItemReader {

  private final KnownClasses classes;
  private final ClassDefinitions definitions;
  private final @Nullable Codec codec;
  private final LargeValues.@Nullable Reader large;
  private final boolean alone;
  private JavaReader.@Nullable OfMessage java;
  private byte[] letters = new byte[64];

  // Of the item that is read.
  private @Nullable Object[] parts = new Object[8];
  private int complete;
  private long length;
  private long elements;

  /** A stream that has read more, and lists of parts that are longer, are not kept. */
  private static final int LARGE_ITEM_BYTES = 1 << 16;

  /**
   * Begins a message.
   *
   * @param classes what is known of the classes of the items' function
   */
  public ItemReader(KnownClasses classes) {
    this(classes, null, null);
  }

  /**
   * Begins a message.
   *
   * @param classes what is known of the classes of the items' function
   * @param codec reads what it has written; null if there is none
   * @param large where large arrays are; null if all of them are in the message
   */
  public ItemReader(
      KnownClasses classes, @Nullable Codec codec, LargeValues.@Nullable Reader large) {
    this(classes, codec, large, false);
  }

  private ItemReader(
      KnownClasses classes,
      @Nullable Codec codec,
      LargeValues.@Nullable Reader large,
      boolean alone) {
    this.codec = codec;
    this.classes = classes;
    this.definitions = new ClassDefinitions(classes);
    this.large = large;
    this.alone = alone;
  }

  /** For an object that brings the names of its classes with it. */
  static ItemReader alone(KnownClasses classes) {
    return new ItemReader(classes, null, null, true);
  }

  /** Returns a reader for a message that defines all of its classes again. */
  public ItemReader another() {
    return new ItemReader(classes, codec, large, alone);
  }

  /** Takes the definitions that stand behind an object, before the object is read. */
  public void define(ByteBuffer from) throws ProtocolException {
    definitions.readAll(from);
  }

  /**
   * Reads an object: all that is left in the buffer. Runs the code of the classes that are read,
   * which may throw anything.
   */
  public @Nullable Object read(ByteBuffer from) throws IOException, ClassNotFoundException {
    if (!from.hasRemaining()) {
      throw new ProtocolException("object without tag");
    }
    if (from.get(from.position()) == Tags.SERIALIZED) {
      from.get();
      return deserialize(from);
    }
    if (from.get(from.position()) == Tags.CUSTOM && codec != null) {
      from.get();
      return custom(from, codec);
    }
    length = from.remaining();
    elements = 0;
    try {
      Object value = get(from, 0);
      if (from.hasRemaining()) {
        throw new ProtocolException(from.remaining() + " bytes behind an object");
      }
      return value;
    } finally {
      forgetParts();
    }
  }

  private Object custom(ByteBuffer from, Codec by) throws IOException, ClassNotFoundException {
    String type = definitions.get(Unpacker.count(from), String.class);
    ClassLoader loader = classes.loader();
    try {
      Object value =
          by.decode(
              new BufferStream(from), loader != null ? loader : ClassLoader.getSystemClassLoader());
      if (value == null) {
        throw new IOException("null");
      }
      return value;
    } catch (Exception | LinkageError | StackOverflowError e) {
      throw new IOException(
          "the codec " + by.getClass().getName() + " failed on " + type + ": " + Texts.of(e), e);
    }
  }

  private void forgetParts() {
    if (complete == 0) {
      // A value without parts, as most items are.
      return;
    }
    if (parts.length > LARGE_ITEM_BYTES) {
      parts = new Object[8];
    } else {
      Arrays.fill(parts, 0, complete, null);
    }
    complete = 0;
  }

  private @Nullable Object deserialize(ByteBuffer from) throws IOException, ClassNotFoundException {
    int bytes = from.remaining();
    if (alone) {
      return new JavaReader(from, classes).read(from, bytes);
    }
    JavaReader.OfMessage stream = java;
    java = null;
    boolean small = bytes <= LARGE_ITEM_BYTES;
    if (stream == null) {
      stream = new JavaReader.OfMessage(from, classes, definitions);
    }
    Object value = stream.read(from, bytes);
    if (small && stream.canBeReused()) {
      java = stream;
    }
    return value;
  }

  private @Nullable Object get(ByteBuffer from, int depth)
      throws IOException, ClassNotFoundException {
    int tag = Unpacker.smallInteger(from);
    switch (tag) {
      case Tags.NULL:
        return null;
      case Tags.INTEGER:
        return Unpacker.integer(from);
      case Tags.LONG:
        return Unpacker.longInteger(from);
      case Tags.DOUBLE:
        return Double.longBitsToDouble(Unpacker.longInteger(from));
      case Tags.TRUE:
        return true;
      case Tags.FALSE:
        return false;
      case Tags.LATIN_STRING:
        return latin(from);
      case Tags.RECORD:
        return record(from, deeper(depth));
      case Tags.ENUM:
        Enum<?> constant = definitions.get(number(from), Enum.class);
        check(constant.getDeclaringClass(), -1, depth);
        return constant;
      case Tags.REFERENCE:
        int number = Unpacker.count(from);
        if (number >= complete) {
          throw new ProtocolException("part " + number + " of " + complete);
        }
        return parts[number];
      case Tags.OBJECTS:
        return array(from, deeper(depth));
      default:
        return other(tag, from, depth);
    }
  }

  private static int deeper(int depth) throws ProtocolException {
    if (depth > Tags.DEEPEST) {
      throw new ProtocolException("objects nested too deep");
    }
    return depth + 1;
  }

  private Object other(int tag, ByteBuffer from, int depth)
      throws IOException, ClassNotFoundException {
    if (tag > Tags.NULL && tag <= Tags.LAST_VALUE) {
      return value(tag, from);
    }
    if (tag >= Tags.BYTES && tag < Tags.MAPPED) {
      Object array = PrimitiveArrays.read(from, tag);
      check(array.getClass(), Array.getLength(array), depth);
      return completed(array);
    }
    if (tag == Tags.MAPPED && large != null) {
      Object array = large.read(from);
      check(array.getClass(), Array.getLength(array), depth);
      return completed(array);
    }
    try {
      if (tag >= Tags.ARRAY_LIST && tag <= Tags.SINGLETON_SET) {
        return completed(collection(tag, from, deeper(depth)));
      }
      if (tag >= Tags.HASH_MAP && tag <= Tags.IMMUTABLE_ENTRY) {
        return completed(map(tag, from, deeper(depth)));
      }
    } catch (RuntimeException e) {
      // Elements that are the same, null, or not to be compared; or their own code.
      InvalidObjectException refused = new InvalidObjectException("no such collection: " + e);
      refused.initCause(e);
      throw refused;
    }
    throw new ProtocolException("object of unknown tag " + tag);
  }

  private Object completed(Object part) {
    if (complete == parts.length) {
      parts = Arrays.copyOf(parts, complete * 2);
    }
    parts[complete++] = part;
    return part;
  }

  /** Returns a number of the table, and reads the definition if it stands here. */
  private int number(ByteBuffer from) throws ProtocolException {
    int number = Unpacker.count(from);
    if (alone && number == definitions.size()) {
      definitions.readOne(from);
    }
    return number;
  }

  // ---- values

  private String latin(ByteBuffer from) throws ProtocolException {
    int size = Unpacker.count(from);
    if (size > from.remaining()) {
      throw new ProtocolException(size + " letters announced where there are " + from.remaining());
    }
    if (from.hasArray()) {
      int at = from.position();
      from.position(at + size);
      return new String(from.array(), from.arrayOffset() + at, size, StandardCharsets.ISO_8859_1);
    }
    if (size > letters.length) {
      letters = new byte[Math.max(size, letters.length * 2)];
    }
    from.get(letters, 0, size);
    return new String(letters, 0, size, StandardCharsets.ISO_8859_1);
  }

  private Object value(int tag, ByteBuffer from) throws IOException {
    switch (tag) {
      case Tags.WIDE_STRING:
        return new String((char[]) PrimitiveArrays.read(from, Tags.CHARS));
      case Tags.BYTE:
        return (byte) Unpacker.smallInteger(from);
      case Tags.SHORT:
        return (short) Unpacker.shortInteger(from);
      case Tags.CHARACTER:
        return (char) Unpacker.shortInteger(from);
      case Tags.FLOAT:
        return Float.intBitsToFloat(Unpacker.integer(from));
      case Tags.BIG_INTEGER:
        return bigInteger(from);
      case Tags.BIG_DECIMAL:
        int scale = Unpacker.integer(from);
        return new BigDecimal(bigInteger(from), scale);
      case Tags.UNIQUE_ID:
        return new UUID(Unpacker.longInteger(from), Unpacker.longInteger(from));
      case Tags.PATH:
        return new PathText(text(from)).path();
      case Tags.CONSTANT:
        Object constant = JdkKinds.constant(Unpacker.smallInteger(from));
        if (constant == null) {
          throw new ProtocolException("unknown constant");
        }
        return constant;
      default:
        return TimeValues.read(from, tag);
    }
  }

  private String text(ByteBuffer from) throws ProtocolException {
    int tag = Unpacker.smallInteger(from);
    if (tag == Tags.LATIN_STRING) {
      return latin(from);
    }
    if (tag != Tags.WIDE_STRING) {
      throw new ProtocolException("text of unknown tag " + tag);
    }
    return new String((char[]) PrimitiveArrays.read(from, Tags.CHARS));
  }

  private static BigInteger bigInteger(ByteBuffer from) throws ProtocolException {
    byte[] bytes = Unpacker.bytes(from, Unpacker.count(from));
    if (bytes.length == 0) {
      throw new ProtocolException("number without digits");
    }
    return new BigInteger(bytes);
  }

  // ---- parts

  private Object record(ByteBuffer from, int depth) throws IOException, ClassNotFoundException {
    RecordShape shape = definitions.get(number(from), RecordShape.class);
    check(shape.type(), -1, depth);
    @Nullable Object[] values = new Object[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (shape.kind(i)) {
            case 'I' -> Unpacker.integer(from);
            case 'J' -> Unpacker.longInteger(from);
            case 'D' -> Double.longBitsToDouble(Unpacker.longInteger(from));
            case 'Z' -> Unpacker.smallInteger(from) != 0;
            case 'B' -> (byte) Unpacker.smallInteger(from);
            case 'S' -> (short) Unpacker.shortInteger(from);
            case 'C' -> (char) Unpacker.shortInteger(from);
            case 'F' -> Float.intBitsToFloat(Unpacker.integer(from));
            default -> get(from, depth);
          };
    }
    return completed(shape.make(values));
  }

  private Object array(ByteBuffer from, int depth) throws IOException, ClassNotFoundException {
    int size = size(from, 1);
    Class<?> type = definitions.get(number(from), Class.class);
    check(type, size, depth);
    @Nullable Object[] array = (Object[]) Array.newInstance(type.getComponentType(), size);
    try {
      for (int i = 0; i < size; i++) {
        array[i] = get(from, depth);
      }
    } catch (ArrayStoreException e) {
      // Damaged, or of a class that has the same name in another loader.
      throw new InvalidObjectException("an element that is not of the type of " + type.getName());
    }
    return completed(array);
  }

  /**
   * Reads a count of what takes at least so many bytes each. All counts of an item together are not
   * more than its bytes: what is nested cannot announce the same bytes again and again.
   */
  private int size(ByteBuffer from, int bytesEach) throws ProtocolException {
    int size = Unpacker.count(from);
    elements += size;
    if ((long) size * bytesEach > from.remaining() || elements > length) {
      throw new ProtocolException(
          elements + " elements announced where there are " + from.remaining() + " bytes");
    }
    return size;
  }

  private Object collection(int tag, ByteBuffer from, int depth)
      throws IOException, ClassNotFoundException {
    int size = size(from, 1);
    switch (tag) {
      case Tags.ARRAY_LIST:
        return filled(new ArrayList<>(size), ArrayList.class, size, from, depth);
      case Tags.LINKED_LIST:
        return filled(new LinkedList<>(), LinkedList.class, size, from, depth);
      case Tags.ARRAY_DEQUE:
        return filled(new ArrayDeque<>(size), ArrayDeque.class, size, from, depth);
      case Tags.HASH_SET:
        return filled(
            new HashSet<>(HashTables.capacity(size, Unpacker.smallInteger(from))),
            HashSet.class,
            size,
            from,
            depth);
      case Tags.LINKED_HASH_SET:
        return filled(
            new LinkedHashSet<>(HashTables.capacity(size)), LinkedHashSet.class, size, from, depth);
      case Tags.TREE_SET:
        return filled(new TreeSet<>(), TreeSet.class, size, from, depth);
      default:
        return fixed(tag, size, from, depth);
    }
  }

  private Object filled(
      Collection<@Nullable Object> collection, Class<?> type, int size, ByteBuffer from, int depth)
      throws IOException, ClassNotFoundException {
    check(type, -1, depth);
    for (int i = 0; i < size; i++) {
      collection.add(get(from, depth));
    }
    return collection;
  }

  private Object fixed(int tag, int size, ByteBuffer from, int depth)
      throws IOException, ClassNotFoundException {
    check(tag == Tags.SET_OF || tag == Tags.SINGLETON_SET ? Set.class : List.class, -1, depth);
    @Nullable Object[] elements = new Object[size];
    for (int i = 0; i < size; i++) {
      elements[i] = get(from, depth);
    }
    switch (tag) {
      case Tags.LIST_OF:
        return List.of(elements);
      case Tags.LIST_OF_NULLABLE:
        return Arrays.stream(elements).toList();
      case Tags.SET_OF:
        return Set.of(elements);
      case Tags.AS_LIST:
        return Arrays.asList(elements);
      case Tags.SINGLETON_LIST:
        return Collections.singletonList(elements[0]);
      default:
        return Collections.singleton(elements[0]);
    }
  }

  private Object map(int tag, ByteBuffer from, int depth)
      throws IOException, ClassNotFoundException {
    switch (tag) {
      case Tags.ENTRY:
        check(SimpleEntry.class, -1, depth);
        return new SimpleEntry<>(get(from, depth), get(from, depth));
      case Tags.IMMUTABLE_ENTRY:
        check(SimpleImmutableEntry.class, -1, depth);
        return new SimpleImmutableEntry<>(get(from, depth), get(from, depth));
      default:
        break;
    }
    int size = size(from, 2);
    Map<@Nullable Object, @Nullable Object> map =
        switch (tag) {
          case Tags.HASH_MAP ->
              new HashMap<>(HashTables.capacity(size, Unpacker.smallInteger(from)));
          case Tags.TREE_MAP -> new TreeMap<>();
          case Tags.ACCESS_ORDERED_MAP ->
              new LinkedHashMap<>(HashTables.capacity(size), 0.75f, true);
          case Tags.LINKED_HASH_MAP -> new LinkedHashMap<>(HashTables.capacity(size));
          default -> new LinkedHashMap<>(2);
        };
    boolean fixed = tag == Tags.MAP_OF || tag == Tags.SINGLETON_MAP;
    check(fixed ? Map.class : map.getClass(), -1, depth);
    if (tag == Tags.MAP_OF) {
      return mapOf(size, from, depth);
    }
    for (int i = 0; i < size; i++) {
      Object key = get(from, depth);
      map.put(key, get(from, depth));
    }
    if (tag == Tags.SINGLETON_MAP) {
      Map.Entry<?, ?> only = map.entrySet().iterator().next();
      return Collections.singletonMap(only.getKey(), only.getValue());
    }
    return map;
  }

  private Object mapOf(int size, ByteBuffer from, int depth)
      throws IOException, ClassNotFoundException {
    @SuppressWarnings({"unchecked", "rawtypes"})
    Map.Entry<Object, Object>[] entries = new Map.Entry[size];
    for (int i = 0; i < size; i++) {
      Object key = get(from, depth);
      Object value = get(from, depth);
      if (key == null || value == null) {
        throw new ProtocolException("null in a map that has none");
      }
      entries[i] = Map.entry(key, value);
    }
    return Map.ofEntries(entries);
  }

  // ---- the filter of this JVM

  private void check(Class<?> type, long arrayLength, int depth) throws IOException {
    // Numbers and texts need none, and to look for it takes a fresh JVM long.
    check(classes.filter(), type, arrayLength, depth + 1L, complete + 1L, length);
  }

  /** Asks a filter, if there is one, whether an object may be read. */
  static void check(
      @Nullable ObjectInputFilter asked,
      Class<?> type,
      long arrayLength,
      long depth,
      long references,
      long bytes)
      throws IOException {
    if (asked != null) {
      Question question = new Question(type, arrayLength, depth, references, bytes);
      if (asked.checkInput(question) == ObjectInputFilter.Status.REJECTED) {
        throw new IOException(
            "refused: "
                + type.getName()
                + ", by the filter of this JVM (jdk.serialFilter or a filter factory)",
            new InvalidClassException(type.getName(), "filter status: REJECTED"));
      }
    }
  }

  private record Question(
      Class<?> serialClass, long arrayLength, long depth, long references, long streamBytes)
      implements ObjectInputFilter.FilterInfo {}
}
