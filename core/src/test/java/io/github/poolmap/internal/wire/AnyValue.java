package io.github.poolmap.internal.wire;

import io.github.poolmap.internal.wire.Alike.Level;
import io.github.poolmap.internal.wire.Alike.Pair;
import io.github.poolmap.internal.wire.Alike.Scalars;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.stream.Stream;

/** Values of all kinds that may travel, by chance. */
final class AnyValue {

  private final Random random;

  AnyValue(long seed) {
    random = new Random(seed);
  }

  /** Returns null, a value, or something made of values, which are nested so deep at most. */
  Object next(int depth) {
    int kind = random.nextInt(20);
    if (kind == 0) {
      return null;
    }
    return depth > 0 && kind > 8 ? part(depth - 1) : value();
  }

  private Object full(int depth) {
    Object value = next(depth);
    return value == null ? "full" : value;
  }

  private int bits() {
    // Few, many, or those of a NaN with a message.
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(5) - 2;
      case 1 -> 0x7f800000 | random.nextInt(1 << 23);
      default -> random.nextInt();
    };
  }

  private long longBits() {
    return random.nextInt(4) == 0 ? 0x7ff00000L << 32 | random.nextInt() : random.nextLong();
  }

  private Object value() {
    return switch (random.nextInt(15)) {
      case 0 -> bits();
      case 1 -> longBits();
      case 2 -> Double.longBitsToDouble(longBits());
      case 3 -> Float.intBitsToFloat(bits());
      case 4 -> random.nextBoolean();
      case 5 -> (byte) bits();
      case 6 -> (short) bits();
      case 7 -> (char) bits();
      case 8 -> number();
      case 9 -> time(bits());
      case 10 ->
          oneOf(Level.LOW, Level.HIGH, Thread.State.NEW, int.class, String[].class, Level.class);
      case 11 -> oneOf(List.of(), Set.of(), Map.of(), Collections.emptyList());
      case 12 -> new UUID(random.nextLong(), random.nextLong());
      case 13 -> Path.of((String) oneOf("", "/", "a/b", "/tmp/a b", "..", "x".repeat(300)));
      default -> text(random.nextInt(random.nextInt(10) == 0 ? 300 : 12));
    };
  }

  private Object oneOf(Object... values) {
    return values[random.nextInt(values.length)];
  }

  private Object number() {
    BigInteger integer = new BigInteger(random.nextInt(900), random).subtract(BigInteger.TEN);
    return random.nextBoolean() ? integer : new BigDecimal(integer, bits() >> 20);
  }

  private Object time(int at) {
    LocalDateTime time = LocalDateTime.ofEpochSecond(at, at & 0xffff, ZoneOffset.UTC);
    return switch (random.nextInt(8)) {
      case 0 -> Instant.ofEpochSecond(at * 1_000L, at);
      case 1 -> Duration.ofSeconds(at, at);
      case 2 -> Period.of(at, -1, at / 2);
      case 3 -> time;
      case 4 -> time.toLocalDate();
      case 5 -> time.toLocalTime();
      case 6 -> OffsetDateTime.of(time, ZoneOffset.ofHours(-3));
      default ->
          ZonedDateTime.ofInstant(
              time.toInstant(ZoneOffset.UTC),
              ZoneId.of((String) oneOf("Europe/Berlin", "+05:30", "GMT+2", "Z")));
    };
  }

  /** Of ASCII, Latin letters, all, or with surrogates that may stand alone. */
  private String text(int length) {
    int bound = (int) oneOf(0x80, 0x100, 0x101, 0x10000, -1);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) (bound < 0 ? 0xd800 + random.nextInt(0x800) : random.nextInt(bound)));
    }
    return text.toString();
  }

  private Object primitives() {
    byte[] bytes = new byte[8 * random.nextInt(20)];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int length = bytes.length / 8;
    switch (random.nextInt(8)) {
      case 0:
        return bytes;
      case 1:
        boolean[] booleans = new boolean[length];
        for (int i = 0; i < length; i++) {
          booleans[i] = bytes[i] > 0;
        }
        return booleans;
      case 2:
        short[] shorts = new short[length];
        buffer.asShortBuffer().get(shorts);
        return shorts;
      case 3:
        char[] chars = new char[length];
        buffer.asCharBuffer().get(chars);
        return chars;
      case 4:
        int[] ints = new int[length];
        buffer.asIntBuffer().get(ints);
        return ints;
      case 5:
        long[] longs = new long[length];
        buffer.asLongBuffer().get(longs);
        return longs;
      case 6:
        float[] floats = new float[length];
        for (int i = 0; i < length; i++) {
          floats[i] = Float.intBitsToFloat(bits());
        }
        return floats;
      default:
        double[] doubles = new double[length];
        for (int i = 0; i < length; i++) {
          doubles[i] = Double.longBitsToDouble(longBits());
        }
        return doubles;
    }
  }

  private List<Object> some(int depth, boolean withNull) {
    List<Object> list = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      list.add(withNull ? next(depth) : full(depth));
    }
    return list;
  }

  private Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (int i = random.nextInt(random.nextInt(8) == 0 ? 60 : 5); i > 0; i--) {
      names.add(text(1 + random.nextInt(4)));
    }
    return names;
  }

  private Map<String, Object> map(int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    names().forEach(name -> map.put(name, full(Math.min(depth, 1))));
    return map;
  }

  private Object part(int depth) {
    return switch (random.nextInt(7)) {
      case 0 -> primitives();
      case 1, 2 -> list(depth);
      case 3 -> set(depth);
      case 4 -> mapOfAnyKind(depth);
      case 5 -> array(depth);
      default -> object(depth);
    };
  }

  private Object list(int depth) {
    List<Object> some = some(depth, true);
    return switch (random.nextInt(10)) {
      case 0, 1 -> some;
      case 2 -> new LinkedList<>(some);
      case 3 -> random.nextInt(5) == 0 ? new Vector<>(some) : new Alike.Renamed<>(some);
      case 4 -> Arrays.asList(some.toArray());
      case 5 -> some.stream().toList();
      case 6 -> Collections.unmodifiableList(some);
      case 7 -> new ArrayDeque<>(some(depth, false));
      case 8 -> List.copyOf(some(depth, false));
      default -> Collections.singletonList(next(depth));
    };
  }

  private Object set(int depth) {
    Set<String> names = names();
    return switch (random.nextInt(6)) {
      case 0 -> new HashSet<>(names);
      case 1 -> names;
      case 2 -> new TreeSet<>(names);
      case 3 -> new TreeSet<>(Collections.reverseOrder());
      case 4 -> Set.copyOf(names);
      default -> Collections.singleton(next(depth));
    };
  }

  private Object mapOfAnyKind(int depth) {
    Map<String, Object> map = map(depth);
    return switch (random.nextInt(9)) {
      case 0 -> map;
      case 1 -> new HashMap<>(map);
      case 2 -> filled(new HashMap<>(map.size() * 4), map);
      case 3 -> new TreeMap<>(map);
      case 4 -> Map.copyOf(map);
      case 5 -> filled(new LinkedHashMap<>(8, 0.75f, true), map);
      case 6 -> Collections.singletonMap(next(depth), next(depth));
      case 7 -> new SimpleEntry<>(next(depth), next(depth));
      default -> new SimpleImmutableEntry<>(next(depth), next(depth));
    };
  }

  private static Object filled(Map<Object, Object> empty, Map<?, ?> map) {
    empty.putAll(map);
    return empty;
  }

  private Object array(int depth) {
    return switch (random.nextInt(4)) {
      case 0 -> some(depth, true).toArray();
      case 1 -> new Object[][] {some(depth, true).toArray(), null};
      case 2 -> names().toArray(String[]::new);
      default -> new CharSequence[][] {names().toArray(String[]::new)};
    };
  }

  private Object object(int depth) {
    Object inner = full(depth);
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> new Pair<>(next(depth), inner);
      case 3, 4 -> Scalars.of(longBits());
      case 5 -> random.nextBoolean() ? new Alike.Bean(inner) : new Alike.Replaced(inner);
      case 6 -> met(inner);
      default -> circle(inner);
    };
  }

  /** The same object in several places. */
  private static Object met(Object inner) {
    List<Object> list = new ArrayList<>(List.of(inner, inner));
    return Stream.of(list, new Pair<>(list, inner), new Object[] {inner, list}).toList();
  }

  private static Object circle(Object inner) {
    List<Object> list = new ArrayList<>();
    Object[] array = {inner, list};
    list.add(array);
    list.add(list);
    return array;
  }
}
