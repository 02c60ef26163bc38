package io.github.poolmap.internal.wire;

import io.github.poolmap.Codec;
import io.github.poolmap.NotSerializableTaskException;
import io.github.poolmap.internal.wire.ObjectCodec.Witness;
import java.io.NotSerializableException;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the items of one message: tagged, or by Java serialization.
 *
 * <p>An item is tagged if all of it is of kinds that {@link Tags} has, to the last part: values,
 * arrays, records, enums, and exactly the JDK's own common collections. Otherwise all of it is
 * serialized, because its parts may refer to each other, and one object must arrive as one. Within
 * a tagged item a part that is met a second time is a reference to the first. What contains itself
 * is serialized; so is what is nested very deep, and all that has another idea of how it travels.
 *
 * <p>Items share nothing but the names of their classes, which a {@link ClassTable} holds.
 *
 * <p>For one thread.
 */
public final class ItemWriter {

  private final boolean alone;
  private final ClassTable table = new ClassTable();
  private final @Nullable Codec codec;
  private final LargeValues.@Nullable Writer large;
  private final SharedParts parts = new SharedParts();
  private JavaWriter.@Nullable OfMessage java;

  // Of the item that is written.
  private Packer to = NOWHERE;
  private @Nullable Witness witness;
  private boolean hasArray;
  private boolean hasArrayAsList;

  private static final Packer NOWHERE = new Packer(0);

  /** A stream that has written more is not kept: it has large tables. */
  private static final int LARGE_ITEM_BYTES = 1 << 16;

  /** Begins a message. */
  public ItemWriter() {
    this(null, null);
  }

  /**
   * Begins a message.
   *
   * @param codec writes the items that it handles; null if there is none
   * @param large takes large arrays; null if they are to travel in the message
   */
  public ItemWriter(@Nullable Codec codec, LargeValues.@Nullable Writer large) {
    this(false, codec, large);
  }

  private ItemWriter(boolean alone, @Nullable Codec codec, LargeValues.@Nullable Writer large) {
    this.alone = alone;
    this.codec = codec;
    this.large = large;
  }

  /** For an object that is not one of many, and brings the names of its classes with it. */
  static ItemWriter alone() {
    return new ItemWriter(true, null, null);
  }

  /** Returns how many classes have been defined. */
  public int definitions() {
    return table.size();
  }

  /** Forgets the definitions from this number on: what has been written with them is not sent. */
  public void forgetDefinitions(int from) {
    table.truncate(from);
  }

  /** Appends the definitions from this number on, with their length before them. */
  void define(Packer message, int from) {
    int start = Sized.begin(message, false);
    table.put(message, from);
    Sized.end(message, start);
  }

  /**
   * Appends an object; on failure the message and the definitions are as before.
   *
   * @param what how messages and field paths call it, for example "input"
   * @param told hears in the calling thread what the object is made of; null if nobody wants to
   * @throws NotSerializableTaskException if it cannot be sent
   */
  public void write(Packer message, @Nullable Object value, String what, @Nullable Witness told) {
    if (value == null) {
      message.putByte(Tags.NULL);
      return;
    }
    int start = message.size();
    int defined = table.size();
    long elsewhere = large == null ? 0 : large.beginItem();
    boolean written = false;
    try {
      if (codec != null && isCustom(codec, value, what)) {
        writeCustom(message, codec, value, what, told);
      } else if (!writeTagged(message, value, told)) {
        forget(message, start, defined, elsewhere);
        message.putByte(Tags.SERIALIZED);
        serialize(message, value, what, told);
      }
      written = true;
    } finally {
      if (!written) {
        forget(message, start, defined, elsewhere);
      }
    }
  }

  private void forget(Packer message, int start, int defined, long elsewhere) {
    message.truncate(start);
    table.truncate(defined);
    if (large != null) {
      large.forgetFrom(elsewhere);
    }
  }

  private static boolean isCustom(Codec codec, Object value, String what) {
    try {
      return codec.handles(value.getClass());
    } catch (RuntimeException | Error e) {
      throw unsendableBy(codec, value, what, e);
    }
  }

  private void writeCustom(
      Packer message, Codec by, Object value, String what, @Nullable Witness told) {
    if (told != null) {
      told.see(value.getClass());
    }
    try {
      message.putByte(Tags.CUSTOM).putCount(table.ofName(value.getClass()));
      by.encode(value, new Part(message));
    } catch (TooLargeException e) {
      throw e;
    } catch (Exception | Error e) {
      throw unsendableBy(by, value, what, e);
    }
  }

  private static NotSerializableTaskException unsendableBy(
      Codec codec, Object value, String what, Throwable failure) {
    String type = value.getClass().getName();
    return new NotSerializableTaskException(
        "the "
            + what
            + " cannot be sent: the codec "
            + codec.getClass().getName()
            + " failed on "
            + type
            + ": "
            + Texts.of(failure),
        what + " (" + type + ")",
        failure);
  }

  /** What a codec may write to: it sees no more of the message. */
  private static final class Part extends OutputStream {

    private final Packer message;

    Part(Packer message) {
      this.message = message;
    }

    @Override
    public void write(int value) {
      message.write(value);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      message.write(source, offset, length);
    }
  }

  private void serialize(Packer message, Object value, String what, @Nullable Witness told) {
    JavaWriter.OfMessage stream = java;
    java = null;
    int start = message.size();
    try {
      if (alone) {
        JavaWriter single = new JavaWriter(message, told);
        single.writeObject(value);
        single.flush();
      } else {
        stream = stream == null ? new JavaWriter.OfMessage(table) : stream;
        stream.write(message, value, told);
        if (message.size() - start <= LARGE_ITEM_BYTES) {
          java = stream;
        }
      }
    } catch (Exception | Error e) {
      throw unsendable(value, what, e);
    }
  }

  /** What a failed serialization becomes for the caller. */
  static RuntimeException unsendable(Object value, String what, Throwable failure) {
    if (failure instanceof TooLargeException tooLarge) {
      return tooLarge;
    }
    if (failure instanceof NotSerializableException) {
      String path = FieldPath.toUnserializable(value, what);
      return new NotSerializableTaskException(
          "the " + what + " cannot be sent: " + path + " is not serializable", path, failure);
    }
    // User code (writeObject, writeReplace) may throw anything.
    return new NotSerializableTaskException(
        "the " + what + " cannot be sent: serializing it failed: " + Texts.of(failure),
        what + " (" + value.getClass().getName() + ")",
        failure);
  }

  /** False if it has to be serialized; part of it may have been written then. */
  private boolean writeTagged(Packer message, Object value, @Nullable Witness told) {
    to = message;
    witness = told;
    hasArray = false;
    hasArrayAsList = false;
    try {
      return put(value, 0);
    } catch (TooLargeException | OutOfMemoryError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      // It changes meanwhile, the stack is near its end, the hash code of a key throws, or a class
      // cannot be linked: serialization does without, or says so in its own way.
      return false;
    } finally {
      parts.clear();
      to = NOWHERE;
      witness = null;
    }
  }

  /** Tells whether an object is a value that has no parts and is not of a class of the program. */
  static boolean isPlainValue(@Nullable Object value) {
    if (value == null
        || value instanceof String
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Double
        || value instanceof Boolean) {
      return true;
    }
    int tag = JdkKinds.tagOf(value);
    return tag != JdkKinds.NONE && tag <= Tags.LAST_VALUE;
  }

  private boolean put(@Nullable Object value, int depth) {
    if (value == null) {
      to.putByte(Tags.NULL);
    } else if (value instanceof String text) {
      putString(text);
    } else if (value instanceof Integer number) {
      to.putByte(Tags.INTEGER).putInt(number);
    } else if (value instanceof Long number) {
      to.putByte(Tags.LONG).putLong(number);
    } else if (value instanceof Double number) {
      // Raw bits: a NaN with a message in it arrives as it left.
      to.putByte(Tags.DOUBLE).putLong(Double.doubleToRawLongBits(number));
    } else if (value instanceof Boolean truth) {
      to.putByte(truth ? Tags.TRUE : Tags.FALSE);
    } else if (depth > Tags.DEEPEST) {
      return false;
    } else if (value instanceof Record record) {
      return putRecord(record, depth);
    } else if (value instanceof Enum<?> constant) {
      putConstant(constant);
    } else if (value instanceof Object[] array) {
      return putArray(array, depth);
    } else {
      return putOther(value, depth);
    }
    return true;
  }

  // ---- values

  private void putString(String text) {
    int length = text.length();
    int all = 0;
    for (int i = 0; i < length; i++) {
      all |= text.charAt(i);
    }
    if (all <= 0xff) {
      to.putByte(Tags.LATIN_STRING).putLatin(text);
    } else {
      // Any surrogate may stand alone.
      to.putByte(Tags.WIDE_STRING).putCount(length);
      if (length > Frame.LARGEST_PAYLOAD / 2) {
        throw new TooLargeException(length * 2L);
      }
      to.putRoom(length * 2).asCharBuffer().put(text);
    }
  }

  private void putConstant(Enum<?> constant) {
    see(constant.getDeclaringClass());
    see(constant.getClass());
    to.putByte(Tags.ENUM);
    int defined = table.size();
    putClass(table.ofConstant(constant), defined);
  }

  private void see(Class<?> type) {
    if (witness != null) {
      witness.see(type);
    }
  }

  private void putClass(int number, int definedBefore) {
    to.putCount(number);
    if (alone && number == definedBefore) {
      table.putOne(to, number);
    }
  }

  private void putValue(int tag, Object value) {
    to.putByte(tag);
    switch (tag) {
      case Tags.BYTE -> to.putByte((Byte) value);
      case Tags.SHORT -> to.putShort((Short) value);
      case Tags.CHARACTER -> to.putShort((Character) value);
      case Tags.FLOAT -> to.putInt(Float.floatToRawIntBits((Float) value));
      case Tags.BIG_INTEGER -> putBigInteger((BigInteger) value);
      case Tags.BIG_DECIMAL -> {
        BigDecimal number = (BigDecimal) value;
        to.putInt(number.scale());
        putBigInteger(number.unscaledValue());
      }
      case Tags.UNIQUE_ID -> {
        UUID id = (UUID) value;
        to.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
      }
      case Tags.PATH -> putString(value.toString());
      case Tags.CONSTANT -> to.putByte(JdkKinds.constantIndex(value));
      default -> TimeValues.write(to, tag, value);
    }
  }

  private void putBigInteger(BigInteger value) {
    byte[] bytes = value.toByteArray();
    to.putCount(bytes.length).putBytes(bytes);
  }

  // ---- parts: each of them is put once

  /** True if the part is new, and to be written behind this. */
  private int meet(Object part) {
    int number = parts.meet(part);
    if (number >= 0) {
      to.putByte(Tags.REFERENCE).putCount(number);
    }
    return number;
  }

  private boolean putRecord(Record record, int depth) {
    RecordShape shape = RecordShape.of(record.getClass());
    if (!shape.isWritable()) {
      return false;
    }
    int met = meet(record);
    if (met != SharedParts.NEW) {
      return met >= 0;
    }
    int part = parts.latest();
    see(shape.type());
    to.putByte(Tags.RECORD);
    int defined = table.size();
    putClass(table.ofRecord(shape), defined);
    try {
      for (int i = 0; i < shape.size(); i++) {
        if (!putComponent(shape.kind(i), shape.field(i), record, depth)) {
          return false;
        }
      }
    } catch (IllegalAccessException e) {
      return false;
    }
    parts.completed(part);
    return true;
  }

  private boolean putComponent(char kind, Field field, Record record, int depth)
      throws IllegalAccessException {
    switch (kind) {
      case 'I' -> to.putInt(field.getInt(record));
      case 'J' -> to.putLong(field.getLong(record));
      case 'D' -> to.putLong(Double.doubleToRawLongBits(field.getDouble(record)));
      case 'Z' -> to.putByte(field.getBoolean(record) ? 1 : 0);
      case 'B' -> to.putByte(field.getByte(record));
      case 'S' -> to.putShort(field.getShort(record));
      case 'C' -> to.putShort(field.getChar(record));
      case 'F' -> to.putInt(Float.floatToRawIntBits(field.getFloat(record)));
      default -> {
        return put(field.get(record), depth + 1);
      }
    }
    return true;
  }

  private boolean putArray(Object[] array, int depth) {
    int met = meet(array);
    if (met != SharedParts.NEW) {
      return met >= 0;
    }
    if (hasArrayAsList) {
      return false;
    }
    hasArray = true;
    int part = parts.latest();
    see(array.getClass());
    to.putByte(Tags.OBJECTS).putCount(array.length);
    int defined = table.size();
    putClass(table.ofArray(array.getClass()), defined);
    for (Object each : array) {
      if (!put(each, depth + 1)) {
        return false;
      }
    }
    parts.completed(part);
    return true;
  }

  private boolean putOther(Object value, int depth) {
    int tag = JdkKinds.tagOf(value);
    if (tag == JdkKinds.NONE) {
      return false;
    }
    if (tag <= Tags.LAST_VALUE) {
      putValue(tag, value);
      return true;
    }
    int met = meet(value);
    if (met != SharedParts.NEW) {
      return met >= 0;
    }
    int part = parts.latest();
    boolean whole;
    if (tag < Tags.MAPPED) {
      putPrimitives(tag, value);
      whole = true;
    } else if (value instanceof Collection<?> collection) {
      whole = putCollection(tag, collection, depth);
    } else if (value instanceof Map<?, ?> map) {
      whole = putMap(tag, map, depth);
    } else {
      Map.Entry<?, ?> entry = (Map.Entry<?, ?>) value;
      to.putByte(tag);
      whole = put(entry.getKey(), depth + 1) && put(entry.getValue(), depth + 1);
    }
    if (whole) {
      parts.completed(part);
    }
    return whole;
  }

  private void putPrimitives(int tag, Object array) {
    long bytes = (long) PrimitiveArrays.length(tag, array) * PrimitiveArrays.width(tag);
    if (!putElsewhere(bytes, array)) {
      to.putByte(tag);
      PrimitiveArrays.write(to, tag, array);
    }
  }

  private boolean putElsewhere(long bytes, Object array) {
    if (large == null || bytes < LargeValues.THRESHOLD_BYTES) {
      return false;
    }
    int start = to.size();
    to.putByte(Tags.MAPPED);
    boolean written = large.write(to, array);
    if (!written) {
      to.truncate(start);
    }
    return written;
  }

  private boolean putCollection(int tag, Collection<?> collection, int depth) {
    int at = to.size();
    if (tag == Tags.TREE_SET && !hasSimpleOrder((TreeSet<?>) collection)) {
      return false;
    }
    if (tag == Tags.AS_LIST) {
      // It is a view of an array, which may be another part of the item, or have other views.
      if (hasArray || hasArrayAsList) {
        return false;
      }
      hasArrayAsList = true;
    }
    int size = collection.size();
    to.putByte(tag).putCount(size);
    if (tag == Tags.HASH_SET) {
      to.putByte(HashTables.power(collection, size));
    }
    int count = 0;
    boolean withNull = false;
    for (Object each : collection) {
      withNull |= each == null;
      count++;
      if (!put(each, depth + 1)) {
        return false;
      }
    }
    if (tag == Tags.LIST_OF && (withNull || allowsNulls((List<?>) collection))) {
      to.array()[at] = Tags.LIST_OF_NULLABLE;
    }
    return count == size;
  }

  /** There are two kinds of the class, for {@code List.of} and for {@code Stream.toList}. */
  @SuppressWarnings("ReferenceEquality") // A list that can be had without a copy is of the first.
  private static boolean allowsNulls(List<?> list) {
    return list.isEmpty() || List.copyOf(list) != list;
  }

  private boolean putMap(int tag, Map<?, ?> map, int depth) {
    if (tag == Tags.TREE_MAP && !hasSimpleOrder((TreeMap<?, ?>) map)) {
      return false;
    }
    boolean accessOrdered =
        tag == Tags.LINKED_HASH_MAP && isAccessOrdered((LinkedHashMap<?, ?>) map);
    int size = map.size();
    to.putByte(accessOrdered ? Tags.ACCESS_ORDERED_MAP : tag).putCount(size);
    if (tag == Tags.HASH_MAP) {
      to.putByte(HashTables.power(map.keySet(), size));
    }
    int count = 0;
    for (Map.Entry<?, ?> each : map.entrySet()) {
      count++;
      if (!put(each.getKey(), depth + 1) || !put(each.getValue(), depth + 1)) {
        return false;
      }
    }
    return count == size;
  }

  /** Only trying tells, on a copy. */
  private static boolean isAccessOrdered(LinkedHashMap<?, ?> map) {
    @SuppressWarnings("unchecked")
    Map<Object, Object> copy = (Map<Object, Object>) map.clone();
    copy.clear();
    copy.put(1, 1);
    copy.put(2, 2);
    copy.get(1);
    return copy.keySet().iterator().next().equals(2);
  }

  private static boolean hasSimpleOrder(TreeSet<?> set) {
    return set.comparator() == null && (set.isEmpty() || isSimple(set.first()));
  }

  private static boolean hasSimpleOrder(TreeMap<?, ?> map) {
    return map.comparator() == null && (map.isEmpty() || isSimple(map.firstKey()));
  }

  /** The reader compares the keys again: only those whose order is the JDK's. */
  private static boolean isSimple(Object key) {
    return key instanceof String
        || key instanceof Integer
        || key instanceof Long
        || key instanceof Double
        || key instanceof Enum<?>
        || (JdkKinds.tagOf(key) != JdkKinds.NONE && JdkKinds.tagOf(key) < Tags.LAST_VALUE);
  }
}
