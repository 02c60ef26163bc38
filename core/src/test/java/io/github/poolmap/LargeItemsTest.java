package io.github.poolmap;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.poolmap.internal.wire.LargeValues;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs and results with large arrays: they arrive whole, once, and leave nothing behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class LargeItemsTest {

  private static final int MEGABYTE = 1 << 20;

  private Pools pools;
  private Pool<Object, Object> pool;

  @BeforeAll
  void open() {
    pools = Pools.create();
    pool = pools.processes(2);
  }

  @AfterAll
  void close() {
    pools.close();
  }

  /** Differs from every other one nearly everywhere. */
  private static long[] numbers(int seed, int bytes) {
    long[] array = new long[bytes / Long.BYTES];
    for (int i = 0; i < array.length; i++) {
      array[i] = seed * 1_000_003L + i;
    }
    return array;
  }

  private static List<long[]> many(int count, int bytes) {
    return IntStream.range(0, count).mapToObj(i -> numbers(i, bytes)).toList();
  }

  private static long[] negated(long[] array) {
    return Arrays.stream(array).map(x -> -x).toArray();
  }

  private static void checkNegated(List<long[]> results, List<long[]> inputs) {
    assertThat(results).hasSameSizeAs(inputs);
    for (int i = 0; i < inputs.size(); i++) {
      assertThat(Arrays.equals(results.get(i), negated(inputs.get(i)))).as("item %d", i).isTrue();
    }
  }

  // ---- results that do not fit beside the others, and are none of the arrays

  /** A result with a class of its own, which is defined where it is first used. */
  private record Text(int number, String text) implements Serializable {}

  private record OtherText(String text, Thread.State state) implements Serializable {}

  private static Object text(int x, int large) {
    String text = "text".repeat(x % 7 == large ? 75_000 : 2) + x;
    return x % 3 == 0 ? new OtherText(text, Thread.State.values()[x % 6]) : new Text(x, text);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 6})
  void largeResultsOfAnyClassMayStandBetweenSmallOnes(int large) {
    List<Object> inputs = IntStream.range(0, 210).<Object>mapToObj(x -> x).toList();
    List<Object> expected = inputs.stream().map(x -> text((Integer) x, large)).toList();
    Pool<Object, Object> inRows = pool.with(o -> o.chunkSize(70));
    assertThat(inRows.map(x -> text((Integer) x, large), inputs)).isEqualTo(expected);
    try (Stream<Object> results = inRows.imap(x -> text((Integer) x, large), inputs)) {
      assertThat(results.toList()).isEqualTo(expected);
    }
    try (Stream<Object> results = inRows.imapUnordered(x -> text((Integer) x, large), inputs)) {
      assertThat(results.toList()).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void whatCameBesideTheOthersAndWhatDidNotIsKeptWhenTheWorkerDies() {
    List<Outcome<Object, Object>> outcomes =
        pool.with(o -> o.chunkSize(20))
            .mapOutcomes(
                x -> {
                  switch ((int) x) {
                    case 2 -> {
                      return new OtherText("text".repeat(75_000), Thread.State.NEW);
                    }
                    case 3 -> throw new IllegalStateException("text".repeat(75_000));
                    case 4 -> {
                      return new Text(4, "small");
                    }
                    case 5 -> {
                      return new OtherText("small", Thread.State.BLOCKED);
                    }
                    case 8 -> Runtime.getRuntime().halt(5);
                    default -> {}
                  }
                  return x;
                },
                IntStream.range(0, 20).<Object>mapToObj(x -> x).toList());
    for (int i = 0; i < 20; i++) {
      Outcome<Object, Object> outcome = outcomes.get(i);
      assertThat(outcome.isSuccess()).as("item %s", i).isEqualTo(i != 3 && i != 8);
      assertThat(outcome.attempts()).as("item %s", i).isEqualTo(1);
    }
    assertThat(outcomes.get(2).value())
        .isEqualTo(new OtherText("text".repeat(75_000), Thread.State.NEW));
    assertThat(outcomes.get(3).failure()).hasCauseInstanceOf(IllegalStateException.class);
    assertThat(outcomes.get(4).value()).isEqualTo(new Text(4, "small"));
    assertThat(outcomes.get(5).value()).isEqualTo(new OtherText("small", Thread.State.BLOCKED));
    assertThat(outcomes.get(7).value()).isEqualTo(7);
    assertThat(outcomes.get(8).failure()).isInstanceOf(WorkerCrashedException.class);
    assertThat(outcomes.get(19).value()).isEqualTo(19);
  }

  /** Each of them would take a system call. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void resultsBehindALargeOneStillComeAllAtOnce() {
    Path calls = Path.of("/proc/self/io");
    assumeTrue(Files.isReadable(calls), "system calls are counted");
    List<Object> results =
        pool.with(o -> o.chunkSize(500))
            .map(
                x -> {
                  if (x.equals(0)) {
                    return "text".repeat(75_000);
                  }
                  return x.equals(1) || x.equals(499) ? writes(calls) : 0L;
                },
                IntStream.range(0, 500).<Object>mapToObj(x -> x).toList());
    assertThat((long) results.get(499) - (long) results.get(1)).as("writes").isLessThan(100);
  }

  private static long writes(Path calls) throws IOException {
    return Files.readAllLines(calls).stream()
        .filter(line -> line.startsWith("syscw: "))
        .mapToLong(line -> Long.parseLong(line.substring("syscw: ".length())))
        .sum();
  }

  // ---- what arrives

  @ParameterizedTest
  @ValueSource(
      classes = {
        byte.class,
        boolean.class,
        short.class,
        char.class,
        int.class,
        long.class,
        float.class,
        double.class
      })
  void arraysOfAllTypesArriveThereAndBack(Class<?> type) {
    int width = bytesOf(type);
    int threshold = LargeValues.THRESHOLD_BYTES / width;
    List<Object> inputs = new ArrayList<>();
    for (int length :
        new int[] {threshold - 1, threshold, threshold + 1, MEGABYTE / width + 100_003}) {
      Object array = Array.newInstance(type, length);
      if (type == boolean.class) {
        Array.setBoolean(array, length - 2, true);
      } else if (type == char.class) {
        Array.setChar(array, length - 2, 'x');
      } else {
        Array.setByte(array, length - 2, (byte) 7);
      }
      inputs.add(array);
    }
    List<Object> results = pool.map(x -> x, inputs);
    assertThat(results.stream().map(Object::getClass))
        .isEqualTo(inputs.stream().map(Object::getClass).toList());
    assertThat(Arrays.deepEquals(results.toArray(), inputs.toArray())).isTrue();
  }

  private static int bytesOf(Class<?> type) {
    return switch (type.getName()) {
      case "byte", "boolean" -> 1;
      case "short", "char" -> 2;
      case "int", "float" -> 4;
      default -> 8;
    };
  }

  private record Tile(String name, long[] pixels, List<Object> more) implements Serializable {}

  @Test
  void partsOfAnItemArriveToo() {
    List<Tile> tiles =
        IntStream.range(0, 6)
            .mapToObj(i -> new Tile("t" + i, numbers(i, 2 * MEGABYTE), List.of(new byte[MEGABYTE])))
            .toList();
    List<Tile> results =
        pool.map(t -> new Tile(t.name() + "'", negated(t.pixels()), t.more()), tiles);
    checkNegated(
        results.stream().map(Tile::pixels).toList(), tiles.stream().map(Tile::pixels).toList());
    assertThat(results).extracting(Tile::name).startsWith("t0'", "t1'").endsWith("t5'");
    assertThat(results).allMatch(t -> ((byte[]) t.more().get(0)).length == MEGABYTE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 40})
  void manyInChunksOfAnySize(int chunkSize) {
    List<long[]> inputs = many(40, MEGABYTE + 8000);
    Pool<Object, Object> chunked = pool.with(o -> o.chunkSize(chunkSize));
    checkNegated(chunked.map(LargeItemsTest::negated, inputs), inputs);
  }

  @Test
  void hugeOnesBesideSmallOnes() {
    List<long[]> inputs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      inputs.add(numbers(i, i % 2 == 0 ? 800 : (70 + i) * MEGABYTE));
    }
    checkNegated(pool.map(LargeItemsTest::negated, inputs), inputs);
  }

  @Test
  void largeResultsOfSmallInputs() {
    List<Integer> seeds = IntStream.range(0, 60).boxed().toList();
    List<long[]> results =
        pool.with(o -> o.chunkSize(30)).map(seed -> numbers(seed, 2 * MEGABYTE), seeds);
    for (int seed : seeds) {
      assertThat(Arrays.equals(results.get(seed), numbers(seed, 2 * MEGABYTE))).isTrue();
    }
  }

  @Test
  void streamsReadThemWithinTheirWindow() {
    List<long[]> inputs = many(30, 2 * MEGABYTE);
    try (Stream<long[]> results =
        pool.with(o -> o.maxBytesInFlight(8L * MEGABYTE)).imap(LargeItemsTest::negated, inputs)) {
      checkNegated(results.toList(), inputs);
    }
  }

  /** The window counts bytes wherever they travel. */
  @Test
  void bytesInFlightAreThoseInFilesToo() {
    int[] read = {0};
    int[] most = {0};
    int[] taken = {0};
    Stream<long[]> inputs =
        IntStream.range(0, 40)
            .mapToObj(
                i -> {
                  read[0]++;
                  most[0] = Math.max(most[0], read[0] - taken[0]);
                  return numbers(i, 2 * MEGABYTE);
                });
    try (Stream<long[]> results =
        pool.with(o -> o.maxBytesInFlight(6L * MEGABYTE).chunkSize(1))
            .imap(x -> x, inputs::iterator)) {
      results.forEach(result -> taken[0]++);
    }
    assertThat(taken[0]).isEqualTo(40);
    // What is read but not sent yet has no bytes that anybody knew.
    assertThat(most[0]).isLessThanOrEqualTo(10);
  }

  private static final long[] REUSED = new long[MEGABYTE];

  @Test
  void aMapperThatReusesItsResultDeliversEachValue() {
    List<long[]> results =
        pool.with(o -> o.chunkSize(6))
            .map(
                seed -> {
                  Arrays.fill(REUSED, seed);
                  return REUSED;
                },
                IntStream.range(0, 12).boxed().toList());
    for (int i = 0; i < 12; i++) {
      assertThat(results.get(i)[0] + results.get(i)[MEGABYTE - 1]).isEqualTo(2L * i);
    }
  }

  @Test
  void aSmallHeapHoldsAnItemOnceOnEitherWay() {
    List<long[]> inputs = many(4, 40 * MEGABYTE);
    try (ProcessPool<long[], long[]> small =
        ProcessPool.<long[], long[]>builder()
            .workers(1)
            .maxHeap(80L * MEGABYTE)
            .startStrategy(StartStrategy.spawn())
            .build()) {
      List<long[]> results =
          small.map(
              array -> {
                for (int i = 0; i < array.length; i++) {
                  array[i] = -array[i];
                }
                return array;
              },
              inputs);
      checkNegated(results, inputs);
    }
  }

  // ---- what goes wrong

  @Test
  void afterACrashTheInputIsReadAgainAsItWas(@TempDir Path temp) {
    Journal journal = new Journal(temp.resolve("journal"));
    List<long[]> inputs = many(12, 3 * MEGABYTE);
    List<long[]> results =
        pool.with(o -> o.retries(2).chunkSize(3))
            .map(
                array -> {
                  long seed = array[0] / 1_000_003;
                  if (seed % 4 == 1 && !journal.contains(seed)) {
                    journal.add(seed);
                    Arrays.fill(array, 13);
                    Runtime.getRuntime().halt(5);
                  }
                  return negated(array);
                },
                inputs);
    checkNegated(results, inputs);
    assertThat(journal.lines()).hasSize(3);
  }

  @Test
  void whatWasCommittedBeforeTheCrashIsReadAfterIt() {
    List<Outcome<Integer, long[]>> outcomes =
        pool.with(o -> o.chunkSize(4))
            .mapOutcomes(
                seed -> {
                  if (seed == 2) {
                    Runtime.getRuntime().halt(5);
                  }
                  return numbers(seed, 4 * MEGABYTE);
                },
                List.of(0, 1, 2, 3));
    for (int seed : new int[] {0, 1, 3}) {
      assertThat(Arrays.equals(outcomes.get(seed).value(), numbers(seed, 4 * MEGABYTE))).isTrue();
      assertThat(outcomes.get(seed).attempts()).isEqualTo(1);
    }
    assertThat(outcomes.get(2).failure()).isInstanceOf(WorkerCrashedException.class);
  }

  @Test
  void aResultThatCannotBeSentFailsAloneAndTakesNoRoom() {
    List<Outcome<Integer, Object>> outcomes =
        pool.with(o -> o.chunkSize(3))
            .mapOutcomes(
                seed ->
                    seed == 1
                        ? List.of(new long[MEGABYTE], new Object())
                        : numbers(seed, 2 * MEGABYTE),
                List.of(0, 1, 2));
    assertThat(Arrays.equals((long[]) outcomes.get(0).value(), numbers(0, 2 * MEGABYTE))).isTrue();
    assertThat(outcomes.get(1).failure()).hasCauseInstanceOf(NotSerializableTaskException.class);
    assertThat(Arrays.equals((long[]) outcomes.get(2).value(), numbers(2, 2 * MEGABYTE))).isTrue();
  }

  @Test
  void aCancelledCallDisturbsNoOther(@TempDir Path temp) {
    Journal journal = new Journal(temp.resolve("journal"));
    List<long[]> inputs = many(20, 2 * MEGABYTE);
    for (int round = 0; round < 5; round++) {
      int begun = journal.lines().size();
      CompletableFuture<List<long[]>> future =
          pool.with(o -> o.chunkSize(2))
              .mapAsync(
                  array -> {
                    journal.add("begun");
                    return negated(array);
                  },
                  inputs);
      journal.awaitSize(begun + 1 + round);
      future.cancel(true);
      checkNegated(pool.map(LargeItemsTest::negated, inputs), inputs);
    }
  }

  // ---- where they are

  /** The folders of large values of this program's workers, in memory or on the disk. */
  private static List<Path> folders() {
    List<Path> found = new ArrayList<>();
    for (String place : List.of("/dev/shm", System.getProperty("java.io.tmpdir"))) {
      if (Files.isDirectory(Path.of(place))) {
        try (Stream<Path> all = Files.list(Path.of(place))) {
          String ours = "poolmap-values-" + ProcessHandle.current().pid() + "-";
          all.filter(each -> each.getFileName().toString().startsWith(ours)).forEach(found::add);
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    }
    return found;
  }

  private static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> !file.endsWith("owner"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  private static Path onlyNew(List<Path> before) {
    List<Path> now = folders();
    now.removeAll(before);
    assertThat(now).hasSize(1);
    return now.get(0);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nobodyElseCanReadThemAndTheyGoWithTheWorker() throws IOException {
    List<Path> before = folders();
    ProcessPool<long[], long[]> own =
        ProcessPool.<long[], long[]>builder()
            .workers(1)
            .startStrategy(StartStrategy.spawn())
            .build();
    try (own) {
      List<long[]> inputs = many(3, 100 * MEGABYTE);
      checkNegated(own.map(LargeItemsTest::negated, inputs), inputs);
      Path folder = onlyNew(before);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
          .isEqualTo("rwx------");
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(each -> !each.endsWith("owner")).toList()) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
              .isEqualTo("rw-------");
        }
      }
      // An idle worker keeps some of the memory for the next value, and no more.
      await().untilAsserted(() -> assertThat(bytesIn(folder)).isBetween(1L, 4 * 64L * MEGABYTE));
    }
    assertThat(folders()).isEqualTo(before);
  }

  @Test
  void aWorkerThatIsKeptForOthersKeepsNothingOfThem() throws IOException {
    List<Path> before = folders();
    // Of its own kind, so that no other pool's worker is taken.
    try (ProcessPool<long[], long[]> own =
        ProcessPool.<long[], long[]>builder().workers(1).jvmArgs("-Dlarge.items=1").build()) {
      checkNegated(own.map(LargeItemsTest::negated, many(1, MEGABYTE)), many(1, MEGABYTE));
      assertThat(bytesIn(onlyNew(before))).isGreaterThanOrEqualTo(2L * MEGABYTE);
    }
    assertThat(bytesIn(onlyNew(before))).isZero();
    try (ProcessPool<long[], long[]> own =
        ProcessPool.<long[], long[]>builder().workers(1).jvmArgs("-Dlarge.items=1").build()) {
      checkNegated(own.map(LargeItemsTest::negated, many(5, MEGABYTE)), many(5, MEGABYTE));
      assertThat(bytesIn(onlyNew(before))).isGreaterThanOrEqualTo(2L * MEGABYTE);
    }
    Pools.releaseWarm();
    assertThat(folders()).isSubsetOf(before);
  }

  @Test
  void aKilledWorkerLeavesNothingBehind(@TempDir Path temp) {
    List<Path> before = folders();
    Journal journal = new Journal(temp.resolve("journal"));
    try (ProcessPool<Object, Object> own =
        ProcessPool.<Object, Object>builder()
            .workers(1)
            .startStrategy(StartStrategy.spawn())
            .build()) {
      var future =
          own.mapAsync(
              x -> {
                journal.add(ProcessHandle.current().pid());
                journal.hold("never");
                return x;
              },
              many(1, 8 * MEGABYTE));
      journal.awaitSize(1);
      Path folder = onlyNew(before);
      ProcessHandle.of(Long.parseLong(journal.lines().get(0))).orElseThrow().destroyForcibly();
      assertThat(future).failsWithin(java.time.Duration.ofSeconds(20));
      await().untilAsserted(() -> assertThat(folder).doesNotExist());
    }
    assertThat(folders()).isEqualTo(before);
  }

  /** Memory of files that this program has mapped, even if they have been deleted. */
  private static long kilobytesMapped() throws IOException {
    long sum = 0;
    boolean ours = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.contains("/poolmap-values-")) {
        ours = line.contains("(deleted)");
      } else if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        ours = false;
      } else if (ours && line.startsWith("Rss:")) {
        sum += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @EnabledOnOs(OS.LINUX)
  void theMemoryOfAWorkerThatIsGoneIsFreeBeforeTheGarbageCollectorComes(boolean crashes)
      throws IOException {
    long before = kilobytesMapped();
    try (ProcessPool<long[], long[]> own =
        ProcessPool.<long[], long[]>builder()
            .workers(1)
            .startStrategy(StartStrategy.spawn())
            .build()) {
      for (int call = 0; call < 2; call++) {
        checkNegated(
            own.map(LargeItemsTest::negated, many(2, 20 * MEGABYTE)), many(2, 20 * MEGABYTE));
      }
      if (crashes) {
        assertThatExceptionOfType(WorkerCrashedException.class)
            .isThrownBy(
                () ->
                    own.map(
                        array -> {
                          Runtime.getRuntime().halt(5);
                          return array;
                        },
                        many(1, 20 * MEGABYTE)));
      }
    }
    assertThat(kilobytesMapped()).isLessThanOrEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {MEGABYTE, 6 * MEGABYTE})
  @EnabledOnOs(OS.LINUX)
  void whereThereIsNoRoomTheyTravelAllTheSame(int room, @TempDir Path temp) throws IOException {
    try (SmallDisk disk = SmallDisk.mount(temp.resolve("disk"), room)) {
      System.setProperty("poolmap.tmpfs", disk.path().toString());
      try (ProcessPool<long[], long[]> own =
          ProcessPool.<long[], long[]>builder()
              .workers(1)
              .startStrategy(StartStrategy.spawn())
              .build()) {
        List<long[]> inputs = many(10, 2 * MEGABYTE);
        checkNegated(own.map(LargeItemsTest::negated, inputs), inputs);
      }
      try (Stream<Path> left = Files.list(disk.path())) {
        assertThat(left).isEmpty();
      }
    } finally {
      System.clearProperty("poolmap.tmpfs");
    }
  }

  /** The folder of the worker that executes this. */
  private static Path workersFolder() {
    String[] command = System.getProperty("sun.java.command").split(" ");
    return Path.of(command[command.length - 2]);
  }

  private static ProcessPool<Object, Object> poolOfADisturbedWorker() {
    return ProcessPool.builder().workers(1).jvmArgs("-Dlarge.items=2").build();
  }

  /** Tasks may have left their worker without a descriptor to read it with. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aWarmWorkerThatCannotReadWhereTheFolderIsGetsThemInMessages() throws Exception {
    long pid;
    try (ProcessPool<Object, Object> first = poolOfADisturbedWorker()) {
      pid =
          first.apply(
              () -> {
                Path word = workersFolder().resolve("values");
                Files.move(word, word.resolveSibling("elsewhere"));
                Files.createDirectory(word);
                return ProcessHandle.current().pid();
              });
    }
    ProcessPool<Object, Object> second = poolOfADisturbedWorker();
    List<long[]> inputs = many(3, MEGABYTE);
    try {
      checkNegated(second.mapAsync(LargeItemsTest::negated, inputs).get(30, SECONDS), inputs);
      long same =
          second.apply(
              () -> {
                Path word = workersFolder().resolve("values");
                Files.delete(word);
                Files.move(word.resolveSibling("elsewhere"), word);
                return ProcessHandle.current().pid();
              });
      assertThat(same).isEqualTo(pid);
    } finally {
      second.terminate();
    }
  }

  @Test
  void withoutAFolderTheyTravelInMessages(@TempDir Path temp) {
    System.setProperty("poolmap.tmpfs", temp.resolve("absent").toString());
    try (ProcessPool<long[], long[]> own =
        ProcessPool.<long[], long[]>builder()
            .workers(1)
            .startStrategy(StartStrategy.spawn())
            .build()) {
      List<long[]> inputs = many(5, 2 * MEGABYTE);
      checkNegated(own.map(LargeItemsTest::negated, inputs), inputs);
    } finally {
      System.clearProperty("poolmap.tmpfs");
    }
  }
}
