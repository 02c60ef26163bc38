package io.github.poolmap.internal.wire;

import java.io.ObjectStreamException;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether two object graphs are copies of each other. */
final class Alike {

  private final IdentityHashMap<Object, Object> pairs = new IdentityHashMap<>();
  private final Set<Object> copies = Collections.newSetFromMap(new IdentityHashMap<>());

  private final boolean bits;

  private Alike(boolean bits) {
    this.bits = bits;
  }

  enum Level {
    LOW,
    HIGH {
      @Override
      boolean isHigh() {
        return true;
      }
    };

    boolean isHigh() {
      return false;
    }
  }

  /** With generic components. */
  record Pair<A, B>(A first, B second) implements Serializable {}

  /** With a component of each primitive type. */
  record Scalars(boolean z, byte b, short s, char c, int i, long j, float f, double d)
      implements Serializable {

    static Scalars of(long bits) {
      return new Scalars(
          bits < 0,
          (byte) bits,
          (short) bits,
          (char) bits,
          (int) bits,
          bits,
          Float.intBitsToFloat((int) bits),
          Double.longBitsToDouble(bits));
    }
  }

  /** A class that no codec knows. */
  static final class Bean implements Serializable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // What is put there is.
    private final Object value;

    Bean(Object value) {
      this.value = value;
    }
  }

  /** A list that must not become an ArrayList. */
  static final class Renamed<E> extends ArrayList<E> {
    private static final long serialVersionUID = 1L;

    Renamed(Collection<E> elements) {
      super(elements);
    }
  }

  /** A record that travels as something else. */
  record Replaced(Object value) implements Serializable {

    private Object writeReplace() throws ObjectStreamException {
      return new Stand(value);
    }
  }

  @SuppressWarnings("serial") // What is put there is.
  private record Stand(Object value) implements Serializable {

    private Object readResolve() throws ObjectStreamException {
      return new Replaced(value);
    }
  }

  /**
   * Returns where they differ, null if they do not.
   *
   * @param bits whether each NaN, and the order of hash tables, has to be the same; Java
   *     serialization keeps neither
   */
  static String difference(Object original, Object copy, boolean bits) {
    return new Alike(bits).compare(original, copy, "item");
  }

  private String compare(Object original, Object copy, String path) {
    if (original == null || copy == null) {
      return original == copy ? null : path + ": " + original + " became " + copy;
    }
    Class<?> type = original.getClass();
    if (type != copy.getClass()) {
      return path + ": " + type + " became " + copy.getClass();
    }
    boolean part =
        type.isArray()
            || type.isRecord()
            || original instanceof Collection
            || original instanceof Map
            || original instanceof Map.Entry
            || original instanceof Bean;
    if (!part) {
      return sameValue(original, copy) ? null : path + ": " + original + " became " + copy;
    }
    Object known = pairs.get(original);
    if (known != null) {
      return known == copy ? null : path + ": one object became two";
    }
    if (original == copy) {
      // The JDK's own constants.
      return original.equals(List.of()) || original.equals(Set.of()) || original.equals(Map.of())
          ? null
          : path + ": not copied";
    }
    if (!copies.add(copy)) {
      return path + ": two objects became one";
    }
    pairs.put(original, copy);
    return compareParts(original, copy, path);
  }

  private boolean sameValue(Object original, Object copy) {
    if (bits && original instanceof Double number) {
      return Double.doubleToRawLongBits(number) == Double.doubleToRawLongBits((Double) copy);
    }
    if (bits && original instanceof Float number) {
      return Float.floatToRawIntBits(number) == Float.floatToRawIntBits((Float) copy);
    }
    return original.equals(copy);
  }

  private String compareParts(Object original, Object copy, String path) {
    if (original.getClass().isArray()) {
      return compareLists(elements(original), elements(copy), path);
    }
    if (original instanceof Map<?, ?> map) {
      return compareMaps(map, (Map<?, ?>) copy, path);
    }
    if (original instanceof Set<?> set && isUnordered(set)) {
      return set.size() == ((Set<?>) copy).size() && set.containsAll((Set<?>) copy)
          ? null
          : path + ": other elements";
    }
    if (original instanceof Collection<?> collection) {
      return compareLists(new ArrayList<>(collection), new ArrayList<>((Collection<?>) copy), path);
    }
    if (original instanceof Map.Entry<?, ?> entry) {
      Map.Entry<?, ?> other = (Map.Entry<?, ?>) copy;
      String keys = compare(entry.getKey(), other.getKey(), path + ".key");
      return keys != null ? keys : compare(entry.getValue(), other.getValue(), path + ".value");
    }
    if (original instanceof Bean bean) {
      return compare(bean.value, ((Bean) copy).value, path + ".value");
    }
    return compareLists(components(original), components(copy), path);
  }

  private String compareLists(List<?> originals, List<?> others, String path) {
    if (originals.size() != others.size()) {
      return path + ": " + originals.size() + " became " + others.size();
    }
    for (int i = 0; i < originals.size(); i++) {
      String difference = compare(originals.get(i), others.get(i), path + "[" + i + "]");
      if (difference != null) {
        return difference;
      }
    }
    return null;
  }

  private String compareMaps(Map<?, ?> map, Map<?, ?> copy, String path) {
    if (!isUnordered(map)) {
      String keys =
          compareLists(new ArrayList<>(map.keySet()), new ArrayList<>(copy.keySet()), path);
      return keys != null
          ? keys
          : compareLists(new ArrayList<>(map.values()), new ArrayList<>(copy.values()), path);
    }
    if (!map.keySet().equals(copy.keySet())) {
      return path + ": other keys";
    }
    for (Map.Entry<?, ?> each : map.entrySet()) {
      Object other = copy.get(each.getKey());
      String difference = compare(each.getValue(), other, path + "[" + each.getKey() + "]");
      if (difference != null) {
        return difference;
      }
    }
    return null;
  }

  private boolean isUnordered(Object collection) {
    return collection.getClass().getName().contains("Immutable")
        || (!bits
            && (collection.getClass() == HashSet.class || collection.getClass() == HashMap.class));
  }

  private static List<Object> elements(Object array) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < Array.getLength(array); i++) {
      list.add(Array.get(array, i));
    }
    return list;
  }

  private static List<Object> components(Object object) {
    List<Object> list = new ArrayList<>();
    try {
      for (RecordComponent each : object.getClass().getRecordComponents()) {
        Field field = object.getClass().getDeclaredField(each.getName());
        field.setAccessible(true);
        list.add(field.get(object));
      }
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
    return list;
  }
}
