package io.github.poolmap.internal.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.poolmap.Mapper;
import io.github.poolmap.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is read is what Java serialization would give. */
class LambdaFormTest {

  private static final ClassLoader LOADER = LambdaFormTest.class.getClassLoader();

  private static LambdaForm form(Object function) {
    LambdaForm form = LambdaForm.of(function);
    assertThat(form).as("form of %s", function).isNotNull();
    return form;
  }

  private static Object copy(Object function) throws IOException, ClassNotFoundException {
    return read(FunctionCodec.pack(form(function)));
  }

  private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
    return FunctionCodec.read(ByteBuffer.wrap(bytes), new KnownClasses(LOADER));
  }

  @SuppressWarnings("unchecked")
  private static Object resultOf(Object task) throws Exception {
    return ((Task<Object>) task).run();
  }

  private static Task<Object> capturing(int i, String text, Object nothing) {
    return () -> i + text + nothing;
  }

  static List<Task<Object>> lambdas() {
    byte b = 1;
    short s = 2;
    char c = '3';
    float f = 4.5f;
    long l = 1L << 40;
    double d = -0.0;
    boolean z = true;
    Object boxed = 1000;
    LocalDate date = LocalDate.of(2024, 2, 29);
    Path path = Path.of("a", "b");
    String large = "x".repeat(100_000);
    String wide = "\ud83d";
    return List.of(
        () -> "nothing captured",
        capturing(7, "text", null),
        () -> List.of(b, s, c, f, l, d, z),
        () -> boxed,
        () -> date,
        () -> path,
        () -> large,
        () -> wide,
        System::lineSeparator,
        "bound"::length,
        String::new);
  }

  @ParameterizedTest
  @MethodSource("lambdas")
  void lambdasThatCaptureValuesArriveAsTheyLeft(Task<Object> lambda) throws Exception {
    assertThat(resultOf(copy(lambda))).isEqualTo(resultOf(lambda));
  }

  @Test
  void aLambdaThatCapturesHasACopyForEachReading() throws Exception {
    Task<Object> first = capturing(1, "a", null);
    Set<Object> copies = new HashSet<>(Arrays.asList(first, copy(first), copy(first)));
    assertThat(copies).hasSize(3);
  }

  /** The expression is packed once, what it captures each time. */
  @Test
  void lambdasOfOneExpressionAreNotTakenForEachOther() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(resultOf(copy(capturing(i, "t" + i, i % 2 == 0 ? null : i))))
          .isEqualTo(i + "t" + i + (i % 2 == 0 ? null : i));
    }
  }

  private record Holder(Task<Object> task) implements Task<Object> {
    @Override
    public Object run() throws Exception {
      return task.run();
    }
  }

  private static final class Plain implements Mapper<Object, Object> {
    private static final long serialVersionUID = 1L;

    @Override
    public Object map(Object input) {
      return input;
    }
  }

  static List<Object> others() {
    int[] array = {1};
    List<Integer> list = List.of(1);
    Object object = new Object();
    Task<Object> inner = () -> 1;
    String text = "x".repeat(3 << 20);
    return List.of(
        (Task<Object>) () -> text,
        (Task<Object>) () -> array[0],
        (Task<Object>) () -> list,
        (Task<Object>) () -> object,
        (Task<Object>) () -> FrameType.valueOf(object.toString()),
        (Task<Object>) inner::run,
        new Holder(inner),
        new Plain(),
        "no function");
  }

  /** Parts of theirs may be shared or mutable, or have classes that workers must find. */
  @ParameterizedTest
  @MethodSource("others")
  void whatIsMoreThanALambdaWithValuesIsLeftToSerialization(Object function) {
    assertThat(LambdaForm.of(function)).isNull();
  }

  @Test
  void theClassesOfALambdaAreKnown() {
    Task<Object> lambda = () -> 1;
    assertThat(form(lambda).types()).containsExactly(lambda.getClass());
  }

  @Test
  void serializedFunctionsAreReadToo() throws Exception {
    Mapper<?, ?> copy = (Mapper<?, ?>) read(FunctionCodec.serialize(new Plain(), "mapper", null));
    assertThat(copy).isInstanceOf(Plain.class);
  }

  @Test
  void whatIsNoFunctionIsRefused() {
    assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> read(new byte[0]));
    assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> read(new byte[] {9}));
  }

  @Test
  void bytesThatAreCutOffAreRefused() {
    byte[] bytes = FunctionCodec.pack(form(capturing(1, "text", null)));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> read(cut));
    }
  }

  @Test
  void aClassThatGivesNoSuchLambdaIsNamed() {
    byte[] bytes = FunctionCodec.pack(form(capturing(1, "text", null)));
    String text = new String(bytes, ISO_8859_1);
    byte[] other = text.replace("lambda$capturing$", "lambda$forgotten$").getBytes(ISO_8859_1);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> read(other))
        .withMessageContaining(LambdaFormTest.class.getName());
  }
}
