package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputFilter.Status;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.Vector;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that announce more than they bring are refused, and nothing that was written honestly. */
class ObjectLimitsTest {

  private static final List<Integer> NUMBERS = IntStream.range(0, 50_000).boxed().toList();

  private static <M extends Map<Object, Object>> M filled(M map) {
    NUMBERS.forEach(x -> map.put(x, null));
    return map;
  }

  private static Object nested(int depth) {
    Object value = "innermost";
    for (int i = 0; i < depth; i++) {
      value = new Object[] {value};
    }
    return value;
  }

  /** Arrays among them are values, not lists of parameters. */
  private static Stream<Arguments> each(Object... values) {
    return Stream.of(values).map(value -> arguments(value));
  }

  static Stream<Arguments> honest() {
    return each(
        NUMBERS,
        new ArrayList<>(NUMBERS),
        new ArrayList<>(1 << 20),
        new Vector<>(NUMBERS),
        new ArrayDeque<>(NUMBERS),
        new PriorityQueue<>(NUMBERS),
        new CopyOnWriteArrayList<>(NUMBERS),
        new HashSet<>(NUMBERS),
        filled(new HashMap<>()),
        filled(new HashMap<>(16, 0.05f)),
        filled(new LinkedHashMap<>(1 << 20)),
        filled(new IdentityHashMap<>()),
        filled(new TreeMap<>()),
        new Hashtable<>(Map.of(1, 2)),
        new Hashtable<>(1 << 20, 0.1f),
        new ConcurrentHashMap<>(Map.of(1, 2)),
        new HashMap<>(1 << 24),
        Collections.nCopies(10_000_000, "x"),
        new ArrayList<>(Collections.nCopies(10, Collections.nCopies(10_000_000, List.of(1)))),
        BitSet.valueOf(new long[100_000]),
        BigInteger.ONE.shiftLeft(1_000_000),
        new Object[200_000],
        new boolean[1_000_000],
        new long[1000][1000],
        new int[100_000][0],
        nested(500));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("honest")
  void whatWasWrittenHonestlyIsRead(Object value) throws Exception {
    byte[] bytes = ObjectCodec.serialize(value, "value");
    Object copy = ObjectCodec.deserialize(ByteBuffer.wrap(bytes), null);
    assertThat(copy).hasSameClassAs(value);
    // Not twice as large, not half as large: written again it takes as much.
    assertThat(ObjectCodec.serialize(copy, "copy")).hasSameSizeAs(bytes);
  }

  /** Returns the only place where an int of this value stands. */
  private static int positionOf(byte[] bytes, int value) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return IntStream.rangeClosed(0, bytes.length - 4)
        .filter(at -> buffer.getInt(at) == value)
        .reduce((a, b) -> -1)
        .orElse(-1);
  }

  static Stream<Arguments> withLength() {
    List<Integer> marked = NUMBERS.subList(0, 4_321);
    return each(
        new long[4_321],
        new Object[4_321],
        new ArrayList<>(Collections.nCopies(4_321, null)),
        List.of(marked.stream().map(x -> "x").toArray()));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("withLength")
  void anAnnouncedLengthIsRefusedBeforeItIsAllocated(Object value) {
    byte[] bytes = ObjectCodec.serialize(value, "value");
    int at = value instanceof ArrayList ? bytes.length - 1 : positionOf(bytes, 4_321);
    if (value instanceof ArrayList) {
      // The size stands there twice: as a field, and as what used to be the capacity.
      for (int i = 0; i + 4 <= bytes.length; i++) {
        if (ByteBuffer.wrap(bytes).getInt(i) == 4_321) {
          ByteBuffer.wrap(bytes).putInt(i, 1_500_000_000);
        }
      }
    } else {
      ByteBuffer.wrap(bytes).putInt(at, 1_500_000_000);
    }
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> ObjectCodec.deserialize(ByteBuffer.wrap(bytes), null))
        .withMessageMatching("refused: arrays of 15\\d+ elements in " + bytes.length + " bytes")
        .withCauseInstanceOf(InvalidClassException.class);
  }

  /** Each of them alone would pass. */
  @Test
  void manySmallLiesAreRefusedTogether() {
    byte[] bytes = ObjectCodec.serialize(new Object[] {new byte[777][], new byte[777][]}, "value");
    for (int i = 0; i + 4 <= bytes.length; i++) {
      if (ByteBuffer.wrap(bytes).getInt(i) == 777) {
        ByteBuffer.wrap(bytes).putInt(i, 60_000);
      }
    }
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> ObjectCodec.deserialize(ByteBuffer.wrap(bytes), null));
    ObjectLimits limits = new ObjectLimits(100, null);
    assertThat(limits.checkInput(info(60_000, 1))).isEqualTo(Status.UNDECIDED);
    assertThat(limits.checkInput(info(60_000, 1))).isEqualTo(Status.REJECTED);
    assertThat(limits.refusal()).contains("120000 elements");
  }

  /** Collections.nCopies announces what it never allocates; that excuses nobody else. */
  @Test
  void aLieBesideManyCopiesIsRefused() {
    Object value = List.of(Collections.nCopies(10_000_000, "x"), new Object[4_321]);
    byte[] bytes = ObjectCodec.serialize(value, "value");
    ByteBuffer.wrap(bytes).putInt(positionOf(bytes, 4_321), 1_500_000_000);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> ObjectCodec.deserialize(ByteBuffer.wrap(bytes), null))
        .withMessageContaining("refused: arrays of 15");
  }

  @Test
  void endlessDepthIsRefused() {
    ObjectLimits limits = new ObjectLimits(70_000, null);
    assertThat(limits.checkInput(info(-1, 70_000))).isEqualTo(Status.UNDECIDED);
    assertThat(limits.checkInput(info(-1, 70_001))).isEqualTo(Status.REJECTED);
    assertThat(limits.refusal()).contains("objects nested 70001 deep in 70000 bytes");
  }

  /** With a stack that is large enough, as for plain serialization. */
  @Test
  void whatIsNestedDeeplyIsRead() throws Exception {
    AtomicReference<Object> end = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                byte[] bytes = ObjectCodec.serialize(nested(60_000), "value");
                Object value = ObjectCodec.deserialize(ByteBuffer.wrap(bytes), null);
                while (value instanceof Object[] array) {
                  value = array[0];
                }
                end.set(value);
              } catch (Exception | Error e) {
                end.set(e);
              }
            },
            "deep",
            1L << 30);
    thread.start();
    thread.join();
    assertThat(end.get()).isEqualTo("innermost");
  }

  @Test
  void anotherFilterDecidesBesides() {
    ObjectLimits limits = new ObjectLimits(100, info -> Status.REJECTED);
    assertThat(limits.checkInput(info(-1, 1))).isEqualTo(Status.REJECTED);
    assertThat(limits.refusal()).startsWith("[Ljava.lang.Object;, by").contains("jdk.serialFilter");
    ObjectLimits allowing = new ObjectLimits(100, info -> Status.ALLOWED);
    assertThat(allowing.checkInput(info(-1, 1))).isEqualTo(Status.ALLOWED);
    assertThat(allowing.checkInput(info(1 << 30, 1))).isEqualTo(Status.REJECTED);
  }

  private static ObjectInputFilter.FilterInfo info(long arrayLength, long depth) {
    return new ObjectInputFilter.FilterInfo() {
      @Override
      public Class<?> serialClass() {
        return Object[].class;
      }

      @Override
      public long arrayLength() {
        return arrayLength;
      }

      @Override
      public long depth() {
        return depth;
      }

      @Override
      public long references() {
        return 1;
      }

      @Override
      public long streamBytes() {
        return 1;
      }
    };
  }
}
