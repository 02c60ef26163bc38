package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.poolmap.Mapper;
import io.github.poolmap.NotSerializableTaskException;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;

class ObjectCodecTest {

  private static final ClassLoader LOADER = ObjectCodecTest.class.getClassLoader();

  private static Object copy(Object value) throws IOException, ClassNotFoundException {
    Packer packer = new Packer(1);
    ObjectCodec.encode(packer, value, "value");
    return ObjectCodec.decode(ByteBuffer.wrap(packer.toByteArray()), LOADER);
  }

  static Stream<Object> values() {
    return Stream.of(
        0,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        -0.0,
        Double.NaN,
        Double.MIN_VALUE,
        true,
        false,
        "",
        "\u0000\uffff\ud83d\ude00",
        "\ud83d",
        "\ude00\ud83d",
        'c',
        1.5f,
        (byte) 1,
        List.of(1, 2),
        Map.of("a", 1L),
        FrameType.BYE,
        int.class,
        void.class,
        String[].class);
  }

  @ParameterizedTest
  @NullSource
  @MethodSource("values")
  void valuesArriveAsTheyLeft(Object value) throws Exception {
    Object copy = copy(value);
    assertThat(copy).isEqualTo(value);
    assertThat(copy == null ? null : copy.getClass())
        .isEqualTo(value == null ? null : value.getClass());
  }

  @Test
  void theBitsOfANotANumberSurvive() throws Exception {
    long bits = 0x7ff8000000001234L;
    assertThat(Double.doubleToRawLongBits((Double) copy(Double.longBitsToDouble(bits))))
        .isEqualTo(bits);
  }

  @Test
  void byteArraysAreCopied() throws Exception {
    byte[] bytes = {1, 2, 3};
    assertThat(copy(bytes)).isEqualTo(bytes).isNotSameAs(bytes);
    assertThat(copy(new byte[0])).isEqualTo(new byte[0]);
    assertThat(copy(new byte[][] {{1}, null})).isEqualTo(new byte[][] {{1}, null});
  }

  /** A key whose code is at fault once it is in a table. */
  private static final class Grudge implements Serializable {

    private static final long serialVersionUID = 1L;

    private transient boolean fails;

    @Override
    public boolean equals(Object other) {
      return other instanceof Grudge;
    }

    @Override
    public int hashCode() {
      if (fails) {
        throw new AssertionError("no hash code");
      }
      return 1;
    }
  }

  @Test
  void anErrorInTheHashCodeOfAKeyDoesNotReachTheWriter() throws Exception {
    Grudge key = new Grudge();
    Map<Grudge, Integer> map = new HashMap<>();
    map.put(key, 1);
    key.fails = true;
    assertThat(copy(map)).isEqualTo(Map.of(new Grudge(), 1));
  }

  @Test
  void whatIsNoObjectIsRefused() {
    for (byte[] damaged :
        List.of(new byte[0], new byte[] {99}, new byte[] {2, 0, 0}, new byte[] {3, 1})) {
      assertThatExceptionOfType(ProtocolException.class)
          .isThrownBy(() -> ObjectCodec.decode(ByteBuffer.wrap(damaged), LOADER));
    }
    assertThatThrownBy(() -> ObjectCodec.decode(ByteBuffer.wrap(new byte[] {1, 5, 5}), LOADER))
        .isInstanceOf(IOException.class);
  }

  // ---- field paths

  private static final class Node implements Serializable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    Object next;

    Node(Object next) {
      this.next = next;
    }
  }

  private static String pathOf(Object value) {
    return catchThrowableOfType(
            NotSerializableTaskException.class,
            () -> ObjectCodec.encode(new Packer(64), value, "input"))
        .path();
  }

  @Test
  void pathsLeadThroughFieldsArraysListsAndMaps() {
    Object offender = new Object();
    assertThat(pathOf(offender)).isEqualTo("input (java.lang.Object)");
    assertThat(pathOf(new Node(new Node(offender))))
        .isEqualTo("input.next.next (java.lang.Object)");
    assertThat(pathOf(new Object[] {1, new Node(offender)}))
        .isEqualTo("input[1].next (java.lang.Object)");
    assertThat(pathOf(new Node(Arrays.asList("a", offender))))
        .isEqualTo("input.next[1] (java.lang.Object)");
    Map<String, Object> map = new HashMap<>();
    map.put("good", 1);
    map.put("bad", new Node(offender));
    assertThat(pathOf(map)).isEqualTo("input[bad].next (java.lang.Object)");
    Deque<Object> deque = new ArrayDeque<>(List.of(1, offender));
    assertThat(pathOf(deque)).isEqualTo("input[1] (java.lang.Object)");
  }

  @Test
  void pathsLeadThroughWhatALambdaCaptures() {
    Node captured = new Node(new Node(Thread.currentThread()));
    Mapper<Object, Object> lambda = x -> captured.next;
    Mapper<Object, Object> outer = x -> lambda.map(x);
    assertThat(pathOf(lambda)).isEqualTo("input.captured[0].next.next (java.lang.Thread)");
    assertThat(pathOf(outer))
        .startsWith("input.captured[0]")
        .contains(".next.next")
        .endsWith("(java.lang.Thread)");
  }

  @Test
  void pathsShowTheEnclosingObjectOfAnInnerClass() {
    class Inner implements Serializable {
      private static final long serialVersionUID = 1L;

      Object enclosing() {
        return ObjectCodecTest.this;
      }
    }
    assertThat(pathOf(new Inner()))
        .isEqualTo("input.<enclosing ObjectCodecTest> (" + getClass().getName() + ")");
    assertThat(new Inner().enclosing()).isSameAs(this);
  }

  @Test
  void aCycleHasAPathToo() {
    Node first = new Node(null);
    Node second = new Node(first);
    first.next = Arrays.asList(second, new Node(new Object()));
    assertThat(pathOf(first)).isEqualTo("input.next[1].next (java.lang.Object)");
  }

  @Test
  void whatSerializationReplacesOrHidesIsNamedAtLeast() {
    Object proxy =
        Proxy.newProxyInstance(
            LOADER, new Class<?>[] {Runnable.class}, (self, method, arguments) -> null);
    assertThat(pathOf(new Node(proxy))).startsWith("input").contains("ObjectCodecTest$$Lambda");
    assertThat(pathOf(List.of(1, new Object()))).endsWith("(java.lang.Object)");
  }

  @Test
  void aDeepStructureIsRefusedNotFatal() {
    Node deep = new Node(null);
    for (int i = 0; i < 200_000; i++) {
      deep = new Node(deep);
    }
    Node root = deep;
    NotSerializableTaskException refusal =
        catchThrowableOfType(
            NotSerializableTaskException.class,
            () -> ObjectCodec.encode(new Packer(64), root, "input"));
    assertThat(refusal).hasMessageContaining("StackOverflowError");
  }
}
