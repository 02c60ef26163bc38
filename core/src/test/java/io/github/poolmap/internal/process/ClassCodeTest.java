package io.github.poolmap.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.poolmap.internal.process.ClassCode.Kind;
import io.github.poolmap.internal.process.ClassCode.Reference;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClassCodeTest {

  static int counter;

  private static ClassCode own() throws IOException {
    return ClassCode.of(ClassCodeTest.class.getName(), ClassCodeTest.class.getClassLoader());
  }

  /** With switches, whose length varies, before what is to be found. */
  private static Object sample(int x, String text) {
    switch (x) {
      case 1, 2, 3 -> counter++;
      case 1_000 -> counter--;
      default -> {
        // Nothing.
      }
    }
    switch (text) {
      case "a" -> counter = 7;
      case "b" -> counter = 8;
      default -> {
        // Nothing.
      }
    }
    IntUnaryOperator lambda = y -> hidden(y) + x;
    return List.of(lambda, new Inner());
  }

  private static int hidden(int y) {
    return y;
  }

  private static final class Inner {}

  private abstract static class Child extends ArrayList<String> implements IntUnaryOperator {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aMethodRefersToFieldsMethodsClassesAndBodiesOfLambdas() throws Exception {
    List<Reference> found = new ArrayList<>();
    own().visit("sample", "(ILjava/lang/String;)Ljava/lang/Object;", found::add);
    String self = ClassCodeTest.class.getName();
    assertThat(found)
        .contains(
            new Reference(Kind.FIELD, self, "counter", "I"),
            new Reference(Kind.CLASS, self + "$Inner", "", ""))
        .anyMatch(
            each -> each.name().equals("hashCode") && each.owner().equals("java.lang.String"));
    Reference body =
        found.stream().filter(each -> each.name().startsWith("lambda$")).findFirst().orElseThrow();
    List<Reference> within = new ArrayList<>();
    own().visit(body.name(), body.descriptor(), within::add);
    assertThat(within).contains(new Reference(Kind.METHOD, self, "hidden", "(I)I"));
    assertThat(sample(1, "a")).isNotNull();
  }

  @Test
  void aClassRefersToItsSuperClassAndInterfaces() throws Exception {
    List<Reference> found = new ArrayList<>();
    ClassCode.of(Child.class.getName(), Child.class.getClassLoader()).visitAll(found::add);
    assertThat(found)
        .contains(
            new Reference(Kind.CLASS, ArrayList.class.getName(), "", ""),
            new Reference(Kind.CLASS, IntUnaryOperator.class.getName(), "", ""));
  }

  @Test
  void theTypeOfALambdaIsReferredTo() throws Exception {
    List<Reference> found = new ArrayList<>();
    own().visit("sample", "(ILjava/lang/String;)Ljava/lang/Object;", found::add);
    assertThat(found).contains(new Reference(Kind.CLASS, IntUnaryOperator.class.getName(), "", ""));
  }

  @Test
  void aMethodThatIsNotThereRefersToNothing() throws Exception {
    List<Reference> found = new ArrayList<>();
    own().visit("sample", "()V", found::add);
    assertThat(found).isEmpty();
  }

  @Test
  void everyMethodOfTheJdkCanBeRead() throws Exception {
    int[] methods = new int[1];
    Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", "java.base");
    try (Stream<Path> files = Files.walk(base.resolve("java").resolve("util"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        ClassCode.read(Files.readAllBytes(file))
            .visitAll(
                reference -> {
                  assertThat(reference.owner()).isNotEmpty().doesNotContain("/");
                  methods[0]++;
                });
      }
    }
    assertThat(methods[0]).isGreaterThan(10_000);
  }

  @Test
  void whatIsNoClassFileIsSaid() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> ClassCode.read("neither class nor file".getBytes("US-ASCII")));
  }
}
