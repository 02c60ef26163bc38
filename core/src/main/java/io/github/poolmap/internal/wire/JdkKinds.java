package io.github.poolmap.internal.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
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
 * The JDK's classes that have a tag of their own: exactly these, no subclass of any. Loaded when
 * the first object comes that is none of the simplest.
 */
final class JdkKinds {

  /** No tag. */
  static final int NONE = -1;

  /** What is not only of its class but the only one, and must arrive as that. */
  private static final Object[] CONSTANTS = {
    List.of(),
    Set.of(),
    Map.of(),
    Collections.emptyList(),
    Collections.emptySet(),
    Collections.emptyMap()
  };

  private static final Map<Class<?>, Integer> TAGS = new IdentityHashMap<>(128);

  static {
    TAGS.put(Byte.class, Tags.BYTE);
    TAGS.put(Short.class, Tags.SHORT);
    TAGS.put(Character.class, Tags.CHARACTER);
    TAGS.put(Float.class, Tags.FLOAT);
    TAGS.put(BigInteger.class, Tags.BIG_INTEGER);
    TAGS.put(BigDecimal.class, Tags.BIG_DECIMAL);
    TAGS.put(UUID.class, Tags.UNIQUE_ID);
    TAGS.put(Instant.class, Tags.INSTANT);
    TAGS.put(Duration.class, Tags.DURATION);
    TAGS.put(Period.class, Tags.PERIOD);
    TAGS.put(LocalDate.class, Tags.LOCAL_DATE);
    TAGS.put(LocalTime.class, Tags.LOCAL_TIME);
    TAGS.put(LocalDateTime.class, Tags.LOCAL_DATE_TIME);
    TAGS.put(OffsetDateTime.class, Tags.OFFSET_DATE_TIME);
    TAGS.put(ZonedDateTime.class, Tags.ZONED_DATE_TIME);
    TAGS.put(PathText.TYPE, Tags.PATH);
    TAGS.put(boolean[].class, Tags.BOOLEANS);
    TAGS.put(short[].class, Tags.SHORTS);
    TAGS.put(char[].class, Tags.CHARS);
    TAGS.put(int[].class, Tags.INTS);
    TAGS.put(long[].class, Tags.LONGS);
    TAGS.put(float[].class, Tags.FLOATS);
    TAGS.put(double[].class, Tags.DOUBLES);
    TAGS.put(byte[].class, Tags.BYTES);
    TAGS.put(ArrayList.class, Tags.ARRAY_LIST);
    TAGS.put(LinkedList.class, Tags.LINKED_LIST);
    TAGS.put(ArrayDeque.class, Tags.ARRAY_DEQUE);
    TAGS.put(HashSet.class, Tags.HASH_SET);
    TAGS.put(LinkedHashSet.class, Tags.LINKED_HASH_SET);
    TAGS.put(TreeSet.class, Tags.TREE_SET);
    TAGS.put(List.of(1).getClass(), Tags.LIST_OF);
    TAGS.put(List.of(1, 2, 3).getClass(), Tags.LIST_OF);
    TAGS.put(Set.of(1).getClass(), Tags.SET_OF);
    TAGS.put(Set.of(1, 2, 3).getClass(), Tags.SET_OF);
    TAGS.put(Arrays.asList(1).getClass(), Tags.AS_LIST);
    TAGS.put(Collections.singletonList(1).getClass(), Tags.SINGLETON_LIST);
    TAGS.put(Collections.singleton(1).getClass(), Tags.SINGLETON_SET);
    TAGS.put(HashMap.class, Tags.HASH_MAP);
    TAGS.put(LinkedHashMap.class, Tags.LINKED_HASH_MAP);
    TAGS.put(TreeMap.class, Tags.TREE_MAP);
    TAGS.put(Map.of(1, 1).getClass(), Tags.MAP_OF);
    TAGS.put(Map.of(1, 1, 2, 2).getClass(), Tags.MAP_OF);
    TAGS.put(Collections.singletonMap(1, 1).getClass(), Tags.SINGLETON_MAP);
    TAGS.put(SimpleEntry.class, Tags.ENTRY);
    TAGS.put(SimpleImmutableEntry.class, Tags.IMMUTABLE_ENTRY);
    for (Object constant : CONSTANTS) {
      // Some have a class that others have as well.
      TAGS.putIfAbsent(constant.getClass(), Tags.CONSTANT);
    }
  }

  private JdkKinds() {}

  /** Returns the tag of an object, {@link #NONE} if it has none of its own. */
  static int tagOf(Object value) {
    Integer tag = TAGS.get(value.getClass());
    if (tag == null) {
      return NONE;
    }
    if (tag == Tags.PATH) {
      return PathText.of(value) == null ? NONE : tag;
    }
    boolean mayBeConstant =
        tag == Tags.LIST_OF || tag == Tags.SET_OF || tag == Tags.MAP_OF || tag == Tags.CONSTANT;
    return mayBeConstant && constantIndex(value) >= 0 ? Tags.CONSTANT : tag;
  }

  static int constantIndex(Object value) {
    for (int i = 0; i < CONSTANTS.length; i++) {
      if (isSame(CONSTANTS[i], value)) {
        return i;
      }
    }
    return NONE;
  }

  @SuppressWarnings("ReferenceEquality") // All empty lists are equal, and of different classes.
  private static boolean isSame(Object constant, Object value) {
    return constant == value;
  }

  /** Returns a constant by its number, null if there is none. */
  static @Nullable Object constant(int index) {
    return index >= 0 && index < CONSTANTS.length ? CONSTANTS[index] : null;
  }
}
