package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Inputs and results that travel by a codec of the user's, or by Fory. */
class CodecTest {

  /** Not serializable. */
  static final class Point {
    final int x;

    Point(int x) {
      this.x = x;
    }
  }

  record PointCodec() implements Codec {

    @Override
    public boolean handles(Class<?> type) {
      return type == Point.class;
    }

    @Override
    public void encode(Object value, OutputStream to) throws IOException {
      int x = ((Point) value).x;
      if (x == 13) {
        throw new IOException("an unlucky one");
      }
      new DataOutputStream(to).writeInt(x);
    }

    @Override
    public Object decode(InputStream from, ClassLoader loader) throws IOException {
      int x = new DataInputStream(from).readInt();
      if (x == 66) {
        throw new IllegalStateException("not to be read");
      }
      return new Point(x);
    }
  }

  @Test
  void aCodecCarriesInputsAndResultsThatAreNotSerializable() {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(2).codec(new PointCodec()).build()) {
      List<Point> inputs = List.of(new Point(1), new Point(2), new Point(3));
      List<Point> results = pool.map(point -> new Point(point.x * 10), inputs);
      assertThat(results).extracting(point -> point.x).containsExactly(10, 20, 30);
      // What it does not handle travels as ever.
      assertThat(pool.map(x -> x + 1, List.of(1, 2))).containsExactly(2, 3);
    }
  }

  @Test
  void whatACodecCannotDoFailsThatItemAlone() {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).codec(new PointCodec()).build()) {
      List<Point> inputs =
          List.of(new Point(1), new Point(13), new Point(66), new Point(12), new Point(65));
      List<Outcome<Point, Point>> outcomes =
          pool.with(options -> options.chunkSize(5))
              .mapOutcomes(point -> new Point(point.x < 12 ? point.x : point.x + 1), inputs);
      assertThat(outcomes.get(0).value().x).isEqualTo(1);
      String codec = PointCodec.class.getName();
      String failed = "the codec " + codec + " failed on " + Point.class.getName() + ": ";
      for (int i = 1; i < 5; i++) {
        assertThat(outcomes.get(i).failure())
            .hasCauseInstanceOf(NotSerializableTaskException.class)
            .hasMessageContaining(failed);
      }
      assertThat(outcomes.get(1).failure())
          .hasMessageContaining("the input cannot be sent")
          .hasMessageContaining("an unlucky one");
      assertThat(outcomes.get(2).failure())
          .hasMessageContaining("the input cannot be read in the worker")
          .hasMessageContaining("not to be read");
      assertThat(outcomes.get(3).failure()).hasMessageContaining("the result cannot be sent");
      assertThat(outcomes.get(4).failure()).hasMessageContaining("the result cannot be read");
    }
  }

  @Test
  void aCodecGoesWithItsPool() {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).codec(new PointCodec()).build()) {
      assertThat(pool.map(point -> point.x, List.of(new Point(4)))).containsExactly(4);
    }
    // The same JVM, kept warm, for a pool that has none.
    try (ProcessPool<Object, Object> pool = ProcessPool.builder().workers(1).build()) {
      assertThatThrownBy(() -> pool.map(x -> new Point(x), List.of(5)))
          .hasCauseInstanceOf(NotSerializableTaskException.class)
          .hasMessageContaining("is not serializable");
    }
  }

  @Test
  void poolsShareWorkersIfTheirCodecsAreEqual() {
    ProcessPool.Builder<Object, Object> one = ProcessPool.builder().codec(new PointCodec());
    ProcessPool.Builder<Object, Object> same = ProcessPool.builder().codec(new PointCodec());
    ProcessPool.Builder<Object, Object> none = ProcessPool.builder();
    assertThat(one.spec()).isEqualTo(same.spec()).isNotEqualTo(none.spec());
  }

  // ---- Fory

  record Report(int id, String name, double score, List<String> tags) {}

  static final class Node {
    String name = "node";
    Node next;
    List<Node> others = new ArrayList<>();
  }

  @Test
  void foryCarriesRecordsObjectsAndCycles() {
    try (ProcessPool<Object, Object> pool =
        ProcessPool.builder().workers(1).codec(Codec.fory()).build()) {
      Report report = new Report(1, "one", 1.5, List.of("a", "\u20ac"));
      assertThat(
              pool.map(x -> new Report(x.id() + 1, x.name(), x.score(), x.tags()), List.of(report)))
          .containsExactly(new Report(2, "one", 1.5, List.of("a", "\u20ac")));
      Node node = new Node();
      node.next = new Node();
      node.next.next = node;
      node.others.add(node);
      Node copy = pool.map(x -> x, List.of(node)).get(0);
      assertThat(copy).isNotSameAs(node);
      assertThat(copy.next.next).isSameAs(copy);
      assertThat(copy.others.get(0)).isSameAs(copy);
      assertThat(pool.map(x -> x * 2, List.of(1, 2))).containsExactly(2, 4);
    }
  }

  /** Fory would take the file system along, and what arrives is on none that Java knows. */
  @Test
  void foryDoesNotGetPaths() {
    try (ProcessPool<Path, Object> pool =
        ProcessPool.<Path, Object>builder().workers(1).codec(Codec.fory()).build()) {
      Path path = Path.of("a", "b.txt");
      assertThat(pool.map(x -> x.toFile().getPath(), List.of(path)))
          .containsExactly(path.toString());
      assertThat(pool.map(x -> x.resolve("c"), List.of(path))).containsExactly(path.resolve("c"));
    }
  }

  @Test
  void allCodecsOfForyAreEqual() {
    assertThat(Codec.fory()).isEqualTo(Codec.fory()).hasSameHashCodeAs(Codec.fory());
    assertThat(Codec.fory()).isInstanceOf(Serializable.class).hasToString("Codec.fory()");
  }

  @Test
  void withoutForyTheErrorSaysWhatIsMissing() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
      if (!entry.contains("fory")) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader without = new URLClassLoader(urls.toArray(URL[]::new), platform)) {
      Class<?> codec = Class.forName("io.github.poolmap.Codec", true, without);
      assertThatThrownBy(() -> codec.getMethod("fory").invoke(null))
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("org.apache.fory:fory-core");
      // All else works.
      Class<?> builder = Class.forName("io.github.poolmap.ProcessPool", true, without);
      assertThat(builder.getMethod("builder").invoke(null)).isNotNull();
    }
  }
}
