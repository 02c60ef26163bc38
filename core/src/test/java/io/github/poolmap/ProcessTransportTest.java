package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What travels between a program and its workers, and what does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ProcessTransportTest {

  private ProcessPool<Object, Object> pool;

  @BeforeAll
  void open() {
    // Large arrays would go through files where there is room for them, see LargeItemsTest.
    System.setProperty("poolmap.tmpfs", Path.of("absent").toAbsolutePath().toString());
    pool = ProcessPool.builder().workers(2).build();
  }

  @AfterAll
  void close() {
    pool.close();
    System.clearProperty("poolmap.tmpfs");
  }

  @AfterEach
  void thePoolIsUsable() {
    assertThat(pool.map(x -> x, PoolUnderTest.range(50))).isEqualTo(PoolUnderTest.range(50));
  }

  private TaskException failureOf(Mapper<Object, Object> mapper, Object... inputs) {
    return catchThrowableOfType(TaskException.class, () -> pool.map(mapper, Arrays.asList(inputs)));
  }

  // ---- what does not travel

  private static final class Service implements Serializable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    final Object connection;

    Service(Object connection) {
      this.connection = connection;
    }
  }

  @Test
  void aFunctionThatCapturesSomethingUnserializableIsRefusedWithTheWayToIt() {
    Service service = new Service(new Socket());
    NotSerializableTaskException refusal =
        catchThrowableOfType(
            NotSerializableTaskException.class,
            () -> pool.map(x -> service.connection.toString() + x, List.of(1)));
    assertThat(refusal.path())
        .startsWith("mapper.")
        .contains("captured[0].connection")
        .endsWith("(java.net.Socket)");
    assertThat(refusal).hasMessageContaining(refusal.path());
  }

  @Test
  void aLambdaThatCapturesItsEnclosingObjectIsRefused() {
    NotSerializableTaskException refusal =
        catchThrowableOfType(
            NotSerializableTaskException.class, () -> pool.map(x -> pool.workers(), List.of(1)));
    assertThat(refusal.path()).contains("captured[0]").endsWith(getClass().getSimpleName() + ")");
  }

  @Test
  void aPoolInATaskIsRefused() {
    Pool<Object, Object> captured = pool;
    NotSerializableTaskException refusal =
        catchThrowableOfType(
            NotSerializableTaskException.class, () -> pool.apply(() -> captured.apply(() -> 1)));
    assertThat(refusal.path()).contains("captured[0]").contains("ProcessPool");
  }

  @Test
  void anUnserializableInputFailsWithTheWayToIt() {
    TaskException failure =
        failureOf(x -> 1, "fine", new ArrayList<>(List.of("a", Map.of("k", new Object()))));
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure.attempts()).isZero();
    assertThat(failure).hasCauseInstanceOf(NotSerializableTaskException.class);
    NotSerializableTaskException cause = (NotSerializableTaskException) failure.getCause();
    assertThat(cause.path()).isEqualTo("input[1][k] (java.lang.Object)");
    assertThat(failure).hasMessageContaining(cause.path());
  }

  @Test
  void anUnserializableResultFailsWithTheWayToIt() {
    TaskException failure = failureOf(x -> x.equals(1) ? new Service(Optional.of(1)) : x, 0, 1, 2);
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure.attempts()).isEqualTo(1);
    NotSerializableTaskException cause = (NotSerializableTaskException) failure.getCause();
    assertThat(cause.path()).isEqualTo("result.connection (java.util.Optional)");
  }

  /** Travels, and cannot be read where it arrives, or be written where it starts. */
  private static final class Moody implements Serializable {
    private static final long serialVersionUID = 1L;
    private final boolean writable;

    Moody(boolean writable) {
      this.writable = writable;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      if (!writable) {
        throw new IllegalStateException("not today");
      }
      out.defaultWriteObject();
    }

    private void readObject(ObjectInputStream in) throws IOException {
      throw new InvalidObjectException("not here");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aResultThatCannotBeReadOrWrittenFailsItsItemAlone(boolean writable) {
    TaskException failure = failureOf(x -> x.equals(1) ? new Moody(writable) : x, 0, 1, 2);
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure).isNotInstanceOf(WorkerCrashedException.class);
    assertThat(failure).hasMessageContainingAll("result", writable ? "not here" : "not today");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInputThatCannotBeReadOrWrittenFailsItsItemAlone(boolean writable) {
    TaskException failure = failureOf(x -> 1, 0, new Moody(writable), 2);
    assertThat(failure.index()).isEqualTo(1);
    assertThat(failure).isNotInstanceOf(WorkerCrashedException.class);
    assertThat(failure).hasMessageContainingAll("input", writable ? "not here" : "not today");
  }

  @Test
  void aFunctionThatCannotBeReadInTheWorkerFailsTheCall() {
    Moody captured = new Moody(true);
    TaskException failure = failureOf(x -> captured.writable, 1, 2);
    assertThat(failure).hasMessageContainingAll("function", "not here");
  }

  // ---- exceptions

  /** Has a field that does not travel. */
  private static final class ConnectionException extends Exception {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial")
    final Object connection = new Object();

    ConnectionException(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public String getLocalizedMessage() {
      return connection == null ? "no connection" : getMessage();
    }
  }

  /** Travels, and cannot be read where it arrives. */
  private static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message, Throwable cause) {
      super(message, cause);
    }

    private void readObject(ObjectInputStream in) throws IOException {
      throw new InvalidObjectException("not here");
    }
  }

  private static Exception troubled(Exception thrown) {
    thrown.addSuppressed(new IllegalStateException("and that"));
    return thrown;
  }

  private static void assertLikeness(TaskException failure, Class<?> original) {
    assertThat(failure.getCause().toString()).isEqualTo(original.getName() + ": broken");
    assertThat(failure.getCause().getStackTrace()[0].getClassName())
        .isEqualTo(ProcessTransportTest.class.getName());
    assertThat(failure.getCause().getCause().toString()).isEqualTo("java.io.IOException: the wire");
    assertThat(failure.getCause().getSuppressed()[0].toString())
        .isEqualTo("java.lang.IllegalStateException: and that");
    assertThat(failure).hasMessageContaining(original.getName() + ": broken");
  }

  @Test
  void anExceptionThatCannotBeSerializedArrivesAsItsLikeness() {
    TaskException failure =
        failureOf(
            x -> {
              throw troubled(new ConnectionException("broken", new IOException("the wire")));
            },
            1);
    assertLikeness(failure, ConnectionException.class);
  }

  @Test
  void anExceptionThatDoesNotDeserializeArrivesAsItsLikeness() {
    TaskException failure =
        failureOf(
            x -> {
              throw troubled(new UnreadableException("broken", new IOException("the wire")));
            },
            1);
    assertLikeness(failure, UnreadableException.class);
  }

  @Test
  void anExceptionThatTravelsArrivesAsItselfWithTheStackOfTheWorker() {
    TaskException failure =
        failureOf(
            x -> {
              throw troubled(new IOException("broken", new IllegalArgumentException("the wire")));
            },
            1);
    assertThat(failure)
        .hasCauseExactlyInstanceOf(IOException.class)
        .hasRootCauseExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(failure.getCause().getSuppressed()).hasSize(1);
    assertThat(failure.getCause().getStackTrace())
        .anySatisfy(frame -> assertThat(frame.getClassName()).endsWith("internal.worker.TaskLoop"));
  }

  @Test
  void anExceptionThatIsItsOwnDistantCauseArrives() {
    TaskException failure =
        failureOf(
            x -> {
              ConnectionException inner = new ConnectionException("inner", null);
              ConnectionException outer = new ConnectionException("outer", inner);
              inner.addSuppressed(outer);
              for (int i = 0; i < 100; i++) {
                outer = new ConnectionException("level " + i, outer);
              }
              throw outer;
            },
            1);
    assertThat(failure.getCause().getMessage()).isEqualTo("level 99");
    assertThat(failure.getCause().getCause().getMessage()).isEqualTo("level 98");
  }

  // ---- what is large

  @Test
  void largeItemsTravelBothWaysSeveralInOneChunk() {
    List<byte[]> inputs = IntStream.range(0, 6).mapToObj(i -> noise(i, 8 << 20)).toList();
    byte last = inputs.get(0)[(8 << 20) - 1];
    List<byte[]> results =
        pool.with(o -> o.chunkSize(3))
            .map(
                x -> {
                  x[x.length - 1]++;
                  return x;
                },
                inputs);
    for (int i = 0; i < inputs.size(); i++) {
      byte[] expected = inputs.get(i).clone();
      expected[expected.length - 1]++;
      assertThat(Arrays.equals(results.get(i), expected)).as("item %s", i).isTrue();
    }
    assertThat(inputs.get(0)[(8 << 20) - 1]).as("the original").isEqualTo(last);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 1000})
  void resultsLargerThanTheOutboxDoNotBlockTheDialogue(int chunkSize) {
    List<byte[]> results =
        pool.with(o -> o.chunkSize(chunkSize))
            .map(x -> noise(x, lengthOf(x)), PoolUnderTest.range(40));
    for (int i = 0; i < results.size(); i++) {
      assertThat(Arrays.equals(results.get(i), noise(i, lengthOf(i)))).as("result %s", i).isTrue();
    }
  }

  private static int lengthOf(int x) {
    return x % 7 == 0 ? 2_500_000 : 600_000;
  }

  /** Bytes that tell when one of them is in the wrong place. */
  private static byte[] noise(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void largeInputsAndLargeResultsAtOnceWithChunksSentAhead() {
    byte[] large = new byte[300_000];
    List<Object> inputs = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      inputs.add(i % 20 == 0 ? large : (Object) i);
    }
    List<Object> results =
        pool.map(x -> x instanceof byte[] bytes ? Arrays.copyOf(bytes, 700_000) : x, inputs);
    for (int i = 0; i < 600; i++) {
      if (i % 20 == 0) {
        assertThat((byte[]) results.get(i)).hasSize(700_000);
      } else {
        assertThat(results.get(i)).isEqualTo(i);
      }
    }
  }

  @Test
  void aFunctionWithLargeStateArrives() {
    byte[] state = noise(1, 5 << 20);
    int hash = Arrays.hashCode(state);
    List<Integer> results = pool.map(x -> x + state[x], PoolUnderTest.range(2000));
    List<Boolean> same = pool.map(x -> Arrays.hashCode(state) == hash, List.of(1, 2));
    assertThat(results)
        .isEqualTo(PoolUnderTest.range(2000).stream().map(x -> x + state[x]).toList());
    assertThat(same).containsOnly(true);
  }

  // ---- copies

  @Test
  void resultsNeverAlias() {
    int[] shared = new int[1];
    List<int[]> results =
        pool.with(o -> o.chunkSize(10))
            .map(
                x -> {
                  shared[0] = x;
                  return shared;
                },
                PoolUnderTest.range(10));
    assertThat(results.stream().map(array -> array[0])).isEqualTo(PoolUnderTest.range(10));
  }

  @Test
  void theInputsOfOneChunkAreCopiesOfTheirOwn() {
    int[] shared = {0};
    List<Integer> seen =
        pool.with(o -> o.chunkSize(10))
            .map(
                (int[] x) -> {
                  x[0]++;
                  return x[0];
                },
                List.of(shared, shared, shared));
    assertThat(seen).containsExactly(1, 1, 1);
    assertThat(shared[0]).isZero();
  }

  @Test
  void valuesOfAllSortsTravel() {
    List<Object> values =
        Arrays.asList(
            null,
            1,
            -2L,
            3.5,
            Double.NaN,
            2.5f,
            (short) 3,
            'c',
            true,
            false,
            "",
            "text",
            "a\ud800b",
            "\ud83d\ude00",
            List.of(1, "b"),
            Map.of("k", List.of()),
            Duration.ofDays(1),
            new BigDecimal("1.10"),
            PoolKind.THREADS,
            String.class,
            int.class,
            Optional.class);
    assertThat(pool.map(x -> x, values)).isEqualTo(values);
    List<Object> arrays = List.of(new byte[] {1}, new int[] {2}, new String[] {"x", null});
    List<Object> copies = pool.map(x -> x, arrays);
    assertThat(copies.get(0)).isEqualTo(new byte[] {1});
    assertThat(copies.get(1)).isEqualTo(new int[] {2});
    assertThat(copies.get(2)).isEqualTo(new String[] {"x", null});
  }

  /** The locale keeps it from being tagged. */
  private record Job(Path file, Locale locale) implements Serializable {}

  @Test
  void pathsTravelByThemselvesWithinOthersAndCaptured() {
    Path file = Path.of("/tmp", "a b.txt");
    List<Object> inputs =
        List.of(
            file,
            Path.of(""),
            Path.of("..", "relative"),
            List.of(file, file),
            new TreeMap<>(Map.of(file, 1)),
            new Job(file, Locale.ROOT));
    assertThat(pool.map(x -> x, inputs)).isEqualTo(inputs);
    Path[] array = pool.apply(() -> new Path[] {file, null});
    assertThat(array).containsExactly(file, null);
    Locale locale = Locale.FRENCH;
    assertThat(pool.apply(() -> file + " " + locale)).isEqualTo(file + " fr");
  }

  @Test
  void aPathOfAnotherFileSystemIsRefusedWithTheWayToIt(@TempDir Path folder) throws IOException {
    URI zip = URI.create("jar:" + folder.resolve("a.zip").toUri());
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Job job = new Job(inside.getPath("a"), Locale.ROOT);
      Path fine = Path.of("fine");
      TaskException failure = failureOf(x -> 1, fine, List.of(fine, job));
      assertThat(failure.index()).isEqualTo(1);
      assertThat(failure).hasMessageContaining("input[1].file (jdk.nio.zipfs.ZipPath)");
    }
  }

  private static final class Vanishing implements Serializable {

    private static final long serialVersionUID = 1L;

    private Object writeReplace() {
      return null;
    }
  }

  private record Two(Object first, Object second) implements Serializable {}

  @Test
  void whatCannotBeSentIsNamedBehindWhatReplacesItselfByNothing() {
    TaskException failure = failureOf(x -> 1, "fine", new Two(new Vanishing(), new Object()));
    assertThat(failure).hasMessageContaining("input.second (java.lang.Object) is not serializable");
  }

  /** Nor does the search take more memory than the worker has. */
  @Test
  void whatCannotBeSentIsFoundInALargeArray() {
    int size = 2_000_000;
    try (ProcessPool<Integer, Object> pool =
        ProcessPool.<Integer, Object>builder().workers(1).maxHeap(256L << 20).build()) {
      Outcome<Integer, Object[]> outcome =
          pool.mapOutcomes(
                  x -> {
                    Object[] large = new Object[size];
                    for (int i = 0; i < size - 1; i++) {
                      large[i] = (long) (1_000 + i);
                    }
                    large[size - 1] = new Object();
                    return large;
                  },
                  List.of(1))
              .get(0);
      assertThat(outcome.failure())
          .hasMessageContaining("result[1999999] (java.lang.Object) is not serializable");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aPathThatIsNoTextIsRefusedInsteadOfArrivingAsAnother(@TempDir Path folder) throws Exception {
    Process touch =
        new ProcessBuilder("sh", "-c", "touch \"$(printf 'a\\377')\"")
            .directory(folder.toFile())
            .start();
    assertThat(touch.waitFor()).isZero();
    try (Stream<Path> files = Files.list(folder)) {
      Path file = files.findFirst().orElseThrow();
      assumeFalse(file.toString().endsWith("\u00ff"), "names of files are Latin-1 here");
      TaskException failure = failureOf(x -> 1, "fine", file);
      assertThat(failure).hasMessageContaining("is not serializable");
    }
  }

  @Test
  void moreFunctionsThanAWorkerKeepsDoNotMixUp() throws InterruptedException {
    List<Caller<List<String>>> callers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String prefix = "f" + i + "-";
      callers.add(
          Caller.of(
              () -> pool.with(o -> o.chunkSize(3)).map(x -> prefix + x, PoolUnderTest.range(200))));
    }
    for (int i = 0; i < 40; i++) {
      String prefix = "f" + i + "-";
      assertThat(callers.get(i).result(Duration.ofSeconds(30)))
          .isEqualTo(PoolUnderTest.range(200).stream().map(x -> prefix + x).toList());
    }
  }
}
