package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Large values that tasks read: how often they travel, what arrives, and what is left of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class SharedTest {

  private Pools pools;
  private Pool<Object, Object> pool;

  @BeforeAll
  void open() {
    pools = Pools.builder().workers(1).build();
    pool = pools.processes();
  }

  @AfterAll
  void close() {
    pools.close();
    assertThat(folders()).isEmpty();
  }

  /** The folders of this program's shared values, in memory or on the disk. */
  private static List<Path> folders() {
    List<Path> found = new ArrayList<>();
    for (String place : List.of("/dev/shm", System.getProperty("java.io.tmpdir"))) {
      Path path = Path.of(place);
      if (Files.isDirectory(path)) {
        try (Stream<Path> all = Files.list(path)) {
          String ours = "poolmap-shared-" + ProcessHandle.current().pid() + "-";
          all.filter(each -> each.getFileName().toString().startsWith(ours)).forEach(found::add);
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    }
    return found;
  }

  // ---- what arrives

  private static Stream<Object> arrays() {
    double[] doubles = IntStream.range(0, 100_000).mapToDouble(i -> i / 7.0).toArray();
    doubles[1] = Double.longBitsToDouble(0x7ff8_0000_dead_beefL);
    return Stream.of(
        doubles,
        new double[0],
        new byte[] {1, -2, 3},
        new short[] {1, -2, 3},
        new char[] {'a', '\ud800'},
        new int[] {Integer.MIN_VALUE, 2},
        new float[] {1.5f, Float.NaN},
        new long[] {Long.MIN_VALUE, 2},
        new boolean[] {true, false, true},
        new boolean[0]);
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void anArrayArrivesAsItIs(Object array) {
    try (Shared<Object> shared = pools.share(array)) {
      assertThat(shared.get()).isSameAs(array);
      Object arrived = pool.apply(() -> shared.get());
      assertThat(arrived.getClass()).isEqualTo(array.getClass());
      assertThat(Arrays.deepEquals(new Object[] {arrived}, new Object[] {array})).isTrue();
      if (array instanceof double[] doubles && doubles.length > 1) {
        long bits = pool.apply(() -> Double.doubleToRawLongBits(((double[]) shared.get())[1]));
        assertThat(bits).isEqualTo(Double.doubleToRawLongBits(doubles[1]));
      }
    }
  }

  private enum Source {
    HEAP,
    DIRECT,
    READ_ONLY,
    BIG_ENDIAN,
    LITTLE_ENDIAN,
    PART;

    ByteBuffer bytes() {
      ByteBuffer buffer = this == DIRECT ? ByteBuffer.allocateDirect(80) : ByteBuffer.allocate(80);
      buffer.order(this == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      for (int i = 0; i < 10; i++) {
        buffer.putDouble(8 * i, i + 0.5);
      }
      if (this == PART) {
        buffer.position(16).limit(40);
      }
      return this == READ_ONLY ? buffer.asReadOnlyBuffer() : buffer;
    }
  }

  @ParameterizedTest
  @EnumSource(Source.class)
  void aBufferIsMappedFromPositionToLimitInItsOrder(Source source) {
    ByteBuffer bytes = source.bytes();
    int position = bytes.position();
    try (Shared<ByteBuffer> shared = pools.share(bytes)) {
      assertThat(bytes.position()).isEqualTo(position);
      double[] expected =
          source == Source.PART
              ? new double[] {2.5, 3.5, 4.5}
              : IntStream.range(0, 10).mapToDouble(i -> i + 0.5).toArray();
      List<Object> seen =
          pool.apply(
              () -> {
                ByteBuffer here = shared.get();
                double[] values = new double[here.remaining() / 8];
                here.duplicate().order(here.order()).asDoubleBuffer().get(values);
                return List.of(
                    here.position(),
                    here.limit(),
                    here.isReadOnly(),
                    here.isDirect(),
                    here.order().toString(),
                    values);
              });
      assertThat(seen.subList(0, 5))
          .containsExactly(0, expected.length * 8, true, true, expectedOrder(source));
      assertThat((double[]) seen.get(5)).containsExactly(expected);
    }
  }

  private static String expectedOrder(Source source) {
    return source == Source.LITTLE_ENDIAN ? "LITTLE_ENDIAN" : "BIG_ENDIAN";
  }

  @Test
  void aViewOfAnotherTypeAndOrderKeepsBoth() {
    DoubleBuffer foreign =
        ByteBuffer.allocateDirect(24).order(ByteOrder.BIG_ENDIAN).asDoubleBuffer();
    foreign.put(0, 1.5).put(1, 2.5).put(2, 3.5);
    CharBuffer text = CharBuffer.wrap("shared text").position(7);
    IntBuffer none = IntBuffer.allocate(0);
    try (Shared<DoubleBuffer> doubles = pools.share(foreign);
        Shared<CharBuffer> chars = pools.share(text);
        Shared<IntBuffer> empty = pools.share(none)) {
      List<Object> seen =
          pool.apply(
              () ->
                  List.of(
                      doubles.get().order().toString(),
                      doubles.get().get() + doubles.get().get(2),
                      chars.get().toString(),
                      empty.get().capacity()));
      assertThat(seen).containsExactly("BIG_ENDIAN", 5.0, "text", 0);
    }
  }

  /** A value is one for all tasks of a worker; the position of one must not be that of another. */
  @Test
  void readersOfABufferDoNotMoveEachOthersPosition() {
    try (Shared<ByteBuffer> shared = pools.share(ByteBuffer.wrap(new byte[] {7, 8, 9}))) {
      List<Integer> first =
          pool.with(o -> o.chunkSize(1)).map(x -> (int) shared.get().get(), List.of(1, 2, 3));
      assertThat(first).containsExactly(7, 7, 7);
    }
  }

  // ---- how often it travels

  private static final class Counted implements Serializable {

    private static final long serialVersionUID = 1L;

    static final AtomicInteger READ = new AtomicInteger();

    final String text;

    Counted(String text) {
      this.text = text;
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      READ.incrementAndGet();
    }
  }

  private record Holder(Shared<Counted> shared, int number) implements Serializable {}

  @Test
  void aValueIsReadOnceAWorkerWhateverRefersToIt() {
    try (Shared<Counted> shared = pools.share(new Counted("once"))) {
      int before = pool.apply(() -> Counted.READ.get());
      // Several functions, the captured object and inputs that hold it, at the same worker.
      for (int call = 0; call < 3; call++) {
        int number = call;
        List<String> results =
            pool.map(x -> shared.get().text + number + x, IntStream.range(0, 20).boxed().toList());
        assertThat(results.get(7)).isEqualTo("once" + call + "7");
      }
      List<Holder> inputs = IntStream.range(0, 5).mapToObj(i -> new Holder(shared, i)).toList();
      assertThat(pool.<Holder, Integer>map(h -> System.identityHashCode(h.shared().get()), inputs))
          .as("one object")
          .containsOnly(pool.apply(() -> System.identityHashCode(shared.get())));
      assertThat((int) pool.apply(() -> Counted.READ.get())).isEqualTo(before + 1);
    }
  }

  @Test
  void aCallThatDoesNotLookAtItDoesNotReadIt() {
    try (Shared<Counted> shared = pools.share(new Counted("unread"))) {
      int before = pool.apply(() -> Counted.READ.get());
      assertThat((boolean) pool.apply(() -> shared != null)).isTrue();
      assertThat((int) pool.apply(() -> Counted.READ.get())).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PoolKind.class,
      names = {"SERIAL", "THREADS"})
  void threadsUseTheObjectItself(PoolKind kind) {
    int[] array = {1, 2, 3};
    try (Shared<int[]> shared = pools.share(array)) {
      boolean same = pools.pool(kind).apply(() -> shared.get() == array);
      assertThat(same).isTrue();
    }
  }

  @Test
  void whatComesBackIsTheSameSharedAgain() {
    try (Shared<int[]> shared = pools.share(new int[] {1})) {
      assertThat((Object) pool.apply(() -> shared)).isSameAs(shared);
    }
  }

  @Test
  void theValueIsOfTheTimeWhenItWasShared() {
    int[] array = {1};
    try (Shared<int[]> shared = pools.share(array)) {
      array[0] = 2;
      assertThat((int) pool.apply(() -> shared.get()[0])).isEqualTo(1);
    }
  }

  @Test
  void anotherPoolGetsAWarmWorkerWithoutTheValues() {
    try (Shared<Counted> shared = pools.share(new Counted("again"))) {
      long[] pids = new long[2];
      int[] read = new int[2];
      for (int i = 0; i < 2; i++) {
        try (ProcessPool<Object, Object> own = ProcessPool.builder().workers(1).build()) {
          pids[i] = own.apply(() -> ProcessHandle.current().pid());
          String text = own.apply(() -> shared.get().text);
          assertThat(text).isEqualTo("again");
          read[i] = own.apply(() -> Counted.READ.get());
        }
      }
      assumeThat(pids[1]).isEqualTo(pids[0]);
      assertThat(read[1]).isEqualTo(read[0] + 1);
    }
  }

  @Test
  void poolsOfOthersAndWorkersOfWorkersReadItToo() {
    try (Pools others = Pools.builder().workers(1).build();
        Shared<int[]> shared = pools.share(new int[] {40, 2})) {
      int sum = others.processes().apply(() -> Arrays.stream(shared.get()).sum());
      assertThat(sum).isEqualTo(42);
      int deep =
          others
              .processes()
              .apply(
                  () -> {
                    try (ProcessPool<Object, Object> inner =
                        ProcessPool.builder().workers(1).build()) {
                      return inner.apply(() -> Arrays.stream(shared.get()).sum());
                    }
                  });
      assertThat(deep).isEqualTo(42);
    }
  }

  @Test
  void aWorkerMayShareValuesOfItsOwn() {
    int sum =
        pool.apply(
            () -> {
              try (Pools inner = Pools.builder().workers(1).build()) {
                Shared<int[]> shared = inner.share(new int[] {20, 3});
                return inner.processes().apply(() -> Arrays.stream(shared.get()).sum());
              }
            });
    assertThat(sum).isEqualTo(23);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void classesOfAValueThatTheWorkerLacksAreShipped() throws Exception {
    Compiled compiled =
        Compiled.of(
            """
            package lent;
            public record Text(String text) implements java.io.Serializable {}
            """);
    Object value =
        new Compiled.MemoryLoader(compiled)
            .loadClass("lent.Text")
            .getConstructor(String.class)
            .newInstance("travelled");
    try (Shared<Object> shared = pools.share(value)) {
      // Nothing but the value itself names the class or its loader.
      String text = pool.apply(() -> shared.get().toString());
      assertThat(text).isEqualTo("Text[text=travelled]");
    }
  }

  // ---- refused

  @Test
  void nullIsNoValue() {
    assertThatNullPointerException().isThrownBy(() -> pools.share(null));
  }

  @Test
  void whatCannotBeSerializedIsRefusedWithTheWayToItAndNoFileIsLeft() {
    NotSerializableTaskException refusal =
        catchThrowableOfType(
            NotSerializableTaskException.class,
            () -> pools.share(new ArrayList<>(List.of("a", Map.of("k", new Socket())))));
    assertThat(refusal.path()).isEqualTo("value[1][k] (java.net.Socket)");
    assertThat(refusal).hasMessageContaining(refusal.path());
    assertThat(folders()).isEmpty();
  }

  @Test
  void closedPoolsShareNothing() {
    Pools closed = Pools.create();
    closed.close();
    assertThatExceptionOfType(PoolClosedException.class).isThrownBy(() -> closed.share(new int[1]));
    assertThat(folders()).isEmpty();
  }

  // ---- the end

  @Test
  void aClosedValueIsRefusedBeforeAnythingRuns() {
    Shared<int[]> shared = pools.share(new int[] {1, 2, 3});
    assertThat(folders()).hasSize(1);
    shared.close();
    shared.close();
    assertThat(folders()).isEmpty();
    assertThatIllegalStateException()
        .isThrownBy(shared::get)
        .withMessageContaining("int[3]")
        .withMessageContaining("was closed");
    assertThatExceptionOfType(NotSerializableTaskException.class)
        .isThrownBy(() -> pool.map(x -> shared.get().length + x, List.of(1, 2)))
        .withMessageContaining("int[3]")
        .withMessageContaining("was closed");
    // As an input it is that item's alone.
    List<Outcome<Object, Object>> outcomes = pool.mapOutcomes(x -> 1, List.of(1, shared));
    assertThat(outcomes.get(0).isSuccess()).isTrue();
    assertThat(outcomes.get(1).failure()).hasStackTraceContaining("was closed");
  }

  @Test
  void tasksUnderWayKeepWhatTheyHave(@TempDir Path folder) throws Exception {
    Journal journal = new Journal(folder.resolve("journal"));
    Shared<ByteBuffer> shared = pools.share(ByteBuffer.wrap(new byte[] {5, 6, 7}));
    var future =
        pool.applyAsync(
            () -> {
              ByteBuffer mine = shared.get();
              journal.add("has it");
              journal.hold("closed");
              return (int) mine.get(2);
            });
    journal.awaitSize(1);
    shared.close();
    assertThat(folders()).isEmpty();
    journal.add("closed");
    assertThat((int) future.get(20, TimeUnit.SECONDS)).isEqualTo(7);
  }

  @Test
  void aWorkerThatComesTooLateIsToldThatItWasClosed(@TempDir Path folder) throws Exception {
    Journal journal = new Journal(folder.resolve("journal"));
    Shared<int[]> shared = pools.share(new int[] {1});
    var future =
        pool.applyAsync(
            () -> {
              journal.add("here");
              journal.hold("closed");
              return shared.get()[0];
            });
    journal.awaitSize(1);
    shared.close();
    journal.add("closed");
    assertThat(catchThrowableOfType(Exception.class, () -> future.get(20, TimeUnit.SECONDS)))
        .hasStackTraceContaining("the Shared int[1] was closed before this worker had read it");
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void thePoolsTakeTheirValuesAlong(End end) {
    Pools own = Pools.create();
    Shared<int[]> one = own.share(new int[] {1});
    Shared<String> other = own.share("x");
    assertThat(folders()).hasSize(2);
    if (end == End.CLOSE) {
      own.close();
    } else {
      own.terminate();
    }
    assertThat(folders()).isEmpty();
    assertThatIllegalStateException().isThrownBy(one::get);
    assertThatIllegalStateException().isThrownBy(other::get);
  }

  private enum End {
    CLOSE,
    TERMINATE
  }

  @Test
  void poolsClosedByATaskKeepTheValuesUntilItHasEnded() throws Exception {
    Pools own = Pools.builder().workers(1).build();
    Shared<int[]> shared = own.share(new int[] {1, 2});
    CountDownLatch closed = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    var future =
        own.threads()
            .applyAsync(
                () -> {
                  own.close();
                  closed.countDown();
                  goOn.await();
                  return shared.get().length;
                });
    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(folders()).hasSize(1);
    goOn.countDown();
    assertThat((int) future.get(20, TimeUnit.SECONDS)).isEqualTo(2);
    await().untilAsserted(() -> assertThat(folders()).isEmpty());
  }

  @Test
  void whatIsForgottenGoesWhenItIsCollected() {
    shareAndForget();
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(folders()).isEmpty();
            });
  }

  private void shareAndForget() {
    pools.share(new int[] {1, 2, 3});
    assertThat(folders()).hasSize(1);
  }

  // ---- where it is

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nobodyElseCanReadIt() throws IOException {
    try (Shared<int[]> shared = pools.share(new int[] {1})) {
      assertThat(shared.get()).hasSize(1);
      Path folder = folders().get(0);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
          .isEqualTo("rwx------");
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("value"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void itIsInMemoryWhereThatIsPossibleAndOnTheDiskWhereNot(@TempDir Path folder)
      throws IOException {
    assumeThat(Files.getFileStore(Path.of("/dev/shm")).type()).isEqualTo("tmpfs");
    try (Shared<int[]> shared = pools.share(new int[] {1})) {
      assertThat(shared.get()).hasSize(1);
      assertThat(folders().get(0).getParent()).isEqualTo(Path.of("/dev/shm"));
    }
    System.setProperty("poolmap.tmpfs", folder.resolve("absent").toString());
    try (Shared<int[]> shared = pools.share(new int[] {41, 1})) {
      assertThat(folders().get(0).getParent())
          .isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
      assertThat((int) pool.apply(() -> Arrays.stream(shared.get()).sum())).isEqualTo(42);
    } finally {
      System.clearProperty("poolmap.tmpfs");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsSaidWithFiguresAndNothingIsLeft(@TempDir Path folder) throws Exception {
    String temp = System.getProperty("java.io.tmpdir");
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 1 << 20)) {
      System.setProperty("poolmap.tmpfs", disk.path().toString());
      System.setProperty("java.io.tmpdir", disk.path().toString());
      int[] large = new int[1 << 20];
      PoolException full = catchThrowableOfType(PoolException.class, () -> pools.share(large));
      assertThat(full)
          .hasMessageContaining("int[1048576]")
          .hasMessageContaining("it takes 4194304 bytes")
          .hasMessageContaining(disk.path() + " has ")
          .hasMessageContaining("bytes free");
      try (Stream<Path> left = Files.list(disk.path())) {
        assertThat(left).isEmpty();
      }
      // What fits is shared, and the pool goes on.
      try (Shared<int[]> small = pools.share(new int[1000])) {
        assertThat((int) pool.apply(() -> small.get().length)).isEqualTo(1000);
      }
    } finally {
      System.setProperty("java.io.tmpdir", temp);
      System.clearProperty("poolmap.tmpfs");
    }
  }

  @Test
  void manyThreadsMayShareAtOnce() {
    HashSet<Integer> sums = new HashSet<>();
    List<Integer> all =
        pools
            .threads(4)
            .map(
                x -> {
                  try (Shared<int[]> shared = pools.share(new int[] {x, 1})) {
                    return pool.apply(() -> Arrays.stream(shared.get()).sum());
                  }
                },
                IntStream.range(0, 40).boxed().toList());
    sums.addAll(all);
    assertThat(sums).hasSize(40);
    assertThat(all).isEqualTo(IntStream.range(1, 41).boxed().toList());
  }
}
