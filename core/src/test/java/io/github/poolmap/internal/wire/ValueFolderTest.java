package io.github.poolmap.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into the files of large values, comes out of them, and is left in them. */
class ValueFolderTest {

  private static final int SMALL = 200;

  @TempDir private Path temp;

  private ValueFolder folder;
  private ValueWriter writer;
  private ValueReader reader;

  @BeforeEach
  void open() throws IOException {
    folder = new ValueFolder(Files.createDirectory(temp.resolve("poolmap-values-1-2")));
    writer = folder.writerOfInputs();
    reader = folder.readerOfInputs();
    writer.begin(0);
  }

  private Packer definitions = new Packer(64);

  private Packer written(Object value) {
    Packer packer = new Packer(64);
    ItemWriter items = new ItemWriter(null, writer);
    items.write(packer, value, "input", null);
    definitions = new Packer(64);
    items.define(definitions, 0);
    return packer;
  }

  /** Reads an item of classes that the last one defined which was written. */
  private Object read(Packer packer) throws Exception {
    KnownClasses classes = new KnownClasses(ValueFolderTest.class.getClassLoader());
    ItemReader items = new ItemReader(classes, null, reader);
    items.define(Sized.slice(ByteBuffer.wrap(definitions.toByteArray())));
    return items.read(ByteBuffer.wrap(packer.toByteArray()));
  }

  private static boolean equal(Object one, Object other) {
    return one.getClass() == other.getClass()
        && Arrays.deepEquals(new Object[] {one}, new Object[] {other});
  }

  private static Stream<Class<?>> types() {
    return Stream.of(
        byte.class,
        boolean.class,
        short.class,
        char.class,
        int.class,
        long.class,
        float.class,
        double.class);
  }

  private static Object array(Class<?> type, int length) {
    Object array = Array.newInstance(type, length);
    for (int i = 0; i < length; i += 61) {
      switch (type.getName()) {
        case "byte" -> Array.setByte(array, i, (byte) i);
        case "boolean" -> Array.setBoolean(array, i, true);
        case "short" -> Array.setShort(array, i, (short) i);
        case "char" -> Array.setChar(array, i, (char) i);
        case "int" -> Array.setInt(array, i, i * 7919);
        case "long" -> Array.setLong(array, i, i * 7919L * 7919L);
        case "float" -> Array.setFloat(array, i, i / 3f);
        default -> Array.setDouble(array, i, i / 3.0);
      }
    }
    return array;
  }

  private static int width(Class<?> type) {
    return switch (type.getName()) {
      case "byte", "boolean" -> 1;
      case "short", "char" -> 2;
      case "int", "float" -> 4;
      default -> 8;
    };
  }

  @ParameterizedTest
  @MethodSource("types")
  void arraysOfAllTypesArriveFromTheThresholdOnByTheFile(Class<?> type) throws Exception {
    int threshold = LargeValues.THRESHOLD_BYTES / width(type);
    for (int length : new int[] {threshold - 1, threshold, threshold + 1, 3 * threshold + 5}) {
      Object array = array(type, length);
      Packer packer = written(array);
      assertThat(packer.size() <= SMALL).as("elsewhere").isEqualTo(length >= threshold);
      assertThat(equal(read(packer), array)).as("%s[%d]", type, length).isTrue();
    }
    long bytes = (5L * threshold + 6) * width(type);
    assertThat(reader.takeBytes()).isEqualTo(bytes);
    assertThat(reader.takeBytes()).isZero();
    assertThat(writer.bytes()).isBetween(bytes, bytes + 200);
  }

  private record Holder(String name, Object first, List<Object> more)
      implements java.io.Serializable {}

  @Test
  void partsOfAnItemGoThereToo() throws Exception {
    double[] doubles = (double[]) array(double.class, 1 << 18);
    byte[] bytes = (byte[]) array(byte.class, 1 << 21);
    Holder item = new Holder("x", new Object[] {doubles, 5}, List.of(bytes, doubles, "y"));
    Packer packer = written(item);
    assertThat(packer.size()).isLessThan(1000);
    Holder read = (Holder) read(packer);
    assertThat(read.name()).isEqualTo("x");
    assertThat((double[]) ((Object[]) read.first())[0]).isEqualTo(doubles);
    assertThat((byte[]) read.more().get(0)).isEqualTo(bytes);
    // Once in the file, one object again.
    assertThat(read.more().get(1)).isSameAs(((Object[]) read.first())[0]);
    assertThat(writer.bytes()).isLessThan((4 << 20) + 200);
  }

  @Test
  void itemsBehindEachOtherDoNotTouchAndAreNeverTheSameObject() throws Exception {
    int[] reused = new int[1 << 19];
    List<Packer> items = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Arrays.fill(reused, i);
      items.add(written(reused));
    }
    for (int i = 0; i < 5; i++) {
      int[] read = (int[]) read(items.get(i));
      assertThat(read[0] + read[read.length - 1]).isEqualTo(2 * i);
    }
  }

  @Test
  void theNextChunkOfAFileWritesOverTheOneBefore() throws Exception {
    for (int chunk = 1; chunk < 9; chunk++) {
      writer.begin(chunk % 2);
      long[] array = new long[(1 << 17) + chunk % 3 * 1000];
      Arrays.fill(array, chunk);
      assertThat(read(written(array))).isEqualTo(array);
    }
    assertThat(sizes()).hasSize(2).allMatch(size -> size <= (1 << 20) + 16_000);
  }

  @Test
  void twoChunksAreThereAtOnce() throws Exception {
    int[] one = (int[]) array(int.class, 1 << 18);
    int[] other = new int[1 << 18];
    Packer first = written(one);
    writer.begin(1);
    Packer second = written(other);
    assertThat(read(first)).isEqualTo(one);
    assertThat(read(second)).isEqualTo(other);
  }

  private List<Long> sizes() throws IOException {
    try (Stream<Path> files = Files.list(folder.path())) {
      return files.map(file -> file.toFile().length()).toList();
    }
  }

  @Test
  void whatIsSerializedAfterAllTakesNoRoom() throws Exception {
    Object item = new ArrayList<>(List.of(new int[1 << 19], new AtomicInteger(7)));
    Packer packer = written(item);
    assertThat(writer.bytes()).isZero();
    List<?> read = (List<?>) read(packer);
    assertThat((int[]) read.get(0)).hasSize(1 << 19);
    assertThat((AtomicInteger) read.get(1)).hasValue(7);
  }

  /** The side that reads gives back what it has read, and this is nothing that it ever reads. */
  @Test
  void whatIsForgottenKeepsNoMoreThanAnIdleWorkerDoes() throws Exception {
    int[] kept = (int[]) array(int.class, 1 << 18);
    Packer first = written(kept);
    long before = writer.beginItem();
    assertThat(writer.write(new Packer(64), new long[10 << 20])).isTrue();
    assertThat(sizes()).allMatch(size -> size > 80 << 20);
    writer.forgetFrom(before);
    assertThat(sizes()).allMatch(size -> size <= before + ValueWriter.KEPT_BYTES);
    double[] array = IntStream.range(0, 10 << 20).asDoubleStream().toArray();
    assertThat(read(written(array))).isEqualTo(array);
    assertThat(read(first)).isEqualTo(kept);
  }

  @Test
  void aReaderThatHasNeverReadGivesBackWhatIsThere() throws Exception {
    written(new int[1 << 18]);
    reader.trim(1 << 16);
    assertThat(sizes()).containsExactly(1L << 16);
    reader.trim(0);
    assertThat(sizes()).containsExactly(0L);
  }

  @Test
  void aFileThatWasTrimmedIsWrittenAgain() throws Exception {
    double[] array = IntStream.range(0, 1 << 19).asDoubleStream().toArray();
    for (long kept : new long[] {0, 1 << 21, 1000}) {
      writer.begin(0);
      assertThat(read(written(array))).isEqualTo(array);
      reader.trim(kept);
      assertThat(sizes()).containsExactly(kept);
    }
    writer.begin(0);
    assertThat(read(written(array))).isEqualTo(array);
    writer.trim(0);
    assertThat(sizes()).containsExactly(0L);
  }

  @Test
  void aFileThatHasTakenThePlaceOfAnotherIsReadAndWrittenItself() throws Exception {
    for (int round = 1; round <= 4; round++) {
      // From the second chunk on both sides have the file mapped.
      for (int chunk = 0; chunk < 3; chunk++) {
        writer.begin(0);
        int[] array = new int[1 << 18];
        Arrays.fill(array, 10 * round + chunk);
        assertThat((int[]) read(written(array))).containsOnly(10 * round + chunk);
      }
      // As one does who cleans up in folders of files that look forgotten.
      try (Stream<Path> files = Files.list(folder.path())) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void withoutAPlaceTheyTravelInTheMessage() throws Exception {
    folder.delete();
    int[] array = (int[]) array(int.class, 1 << 18);
    Packer packer = written(array);
    assertThat(packer.size()).isGreaterThan(1 << 20);
    assertThat(read(packer)).isEqualTo(array);
  }

  @Test
  void noReferenceIsBelieved() {
    byte[] bytes = written(new int[1 << 18]).toByteArray();
    // Behind the tag: file, form, start, count.
    for (int[] change :
        new int[][] {{1, 2}, {1, -1}, {2, 99}, {2, 8}, {3, 127}, {3, -1}, {8, 1}, {11, 127}}) {
      byte[] damaged = bytes.clone();
      damaged[change[0]] = (byte) change[1];
      Packer packer = new Packer(bytes.length).putBytes(damaged);
      assertThatExceptionOfType(IOException.class)
          .as(Arrays.toString(change))
          .isThrownBy(() -> read(packer));
    }
  }

  @Test
  void aFolderIsFoundByItsWorkerAndDeletedWithTheWorkersFolder() throws IOException {
    WorkerFolder worker = new WorkerFolder(Files.createDirectory(temp.resolve("worker")));
    assertThat(ValueFolder.of(worker)).isNull();
    written(new int[1 << 18]);
    Files.writeString(new WorkerFolder(folder.path()).owner(), "somebody");
    folder.announce(worker);
    assertThat(ValueFolder.of(worker)).isEqualTo(folder);
    worker.delete();
    assertThat(worker.path()).doesNotExist();
    assertThat(folder.path()).doesNotExist();
  }

  /** A worker whose program is gone executes items while its folder is deleted. */
  @Test
  void aFolderIsDeletedThoughSomebodyStillWritesToIt() throws Exception {
    for (int round = 0; round < 100; round++) {
      ValueFolder written =
          new ValueFolder(Files.createDirectory(temp.resolve("poolmap-values-3-" + round)));
      Path file = written.path().resolve("inputs-0");
      Thread worker =
          new Thread(
              () -> {
                for (int created = 0; created < 3; ) {
                  try {
                    Files.createFile(file);
                    created++;
                  } catch (FileAlreadyExistsException stillThere) {
                    Thread.onSpinWait();
                  } catch (IOException gone) {
                    return;
                  }
                }
              });
      worker.start();
      while (!Files.exists(file)) {
        Thread.onSpinWait();
      }
      written.delete();
      worker.join();
      assertThat(written.path()).doesNotExist();
    }
  }

  /** As it is where no descriptor is left, or the path has no name in the locale of a worker. */
  @Test
  void whatCannotBeReadCountsAsNotThere() throws IOException {
    WorkerFolder worker = new WorkerFolder(Files.createDirectory(temp.resolve("worker")));
    Files.createDirectory(worker.values());
    assertThat(ValueFolder.of(worker)).isNull();
    worker.delete();
    assertThat(worker.path()).doesNotExist();
    Files.createDirectory(worker.path());
    Files.writeString(worker.values(), "/tmp/\0/poolmap-values-1-2\n");
    assertThat(ValueFolder.of(worker)).isNull();
    worker.delete();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n", "/", "/tmp\n", "relative/poolmap-values-1-2\n", "%s", "%s/..\n"})
  void nothingElseIsTakenForAFolderOfValues(String text) throws IOException {
    WorkerFolder worker = new WorkerFolder(Files.createDirectory(temp.resolve("worker")));
    Files.writeString(worker.values(), text.formatted(folder.path()));
    assertThat(ValueFolder.of(worker)).isNull();
    worker.delete();
    assertThat(folder.path()).exists();
  }

  @Test
  void filesAreKnownByTheirNames() throws IOException {
    written(new int[1 << 18]);
    try (Stream<Path> files = Files.list(folder.path())) {
      assertThat(files.toList()).hasSize(1).allMatch(ValueFolder::contains);
    }
    assertThat(ValueFolder.contains(Path.of("/tmp/inputs-2"))).isFalse();
    assertThat(ValueFolder.contains(Path.of("/tmp/owner"))).isFalse();
  }
}
