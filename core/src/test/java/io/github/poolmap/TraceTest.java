package io.github.poolmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pools tell a trace, and what it makes of that. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TraceTest {

  private static final int MILLIS = 60;
  private static final String KILOBYTE = "x".repeat(1024);

  @TempDir private Path folder;

  private final Trace trace = Trace.create();

  private List<JsonObject> events() throws IOException {
    Path file = folder.resolve("trace.json");
    trace.writeChromeTrace(file);
    JsonObject written = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    return StreamSupport.stream(written.getAsJsonArray("traceEvents").spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  private List<JsonObject> events(String category) throws IOException {
    return events().stream()
        .filter(event -> event.has("cat") && event.get("cat").getAsString().equals(category))
        .toList();
  }

  private String report() throws IOException {
    Path file = folder.resolve("report.html");
    trace.writeReport(file);
    return Files.readString(file);
  }

  private static long micros(List<JsonObject> events, String name) {
    return events.stream()
        .filter(event -> event.get("name").getAsString().equals(name))
        .mapToLong(event -> event.get("dur").getAsBigDecimal().longValue())
        .sum();
  }

  /** Takes so much of a core, however long that is on a busy machine. */
  private static boolean compute(int millis) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long end = threads.getCurrentThreadCpuTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long looks = 0;
    while (threads.getCurrentThreadCpuTime() < end) {
      looks++;
    }
    return looks > 0;
  }

  private static boolean sleep(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return true;
  }

  private Pool<Integer, Boolean> pool(PoolKind kind) {
    return switch (kind) {
      case SERIAL -> SerialPool.<Integer, Boolean>builder().name("s").trace(trace).build();
      case THREADS ->
          ThreadPool.<Integer, Boolean>builder().name("t").workers(1).trace(trace).build();
      case PROCESSES ->
          ProcessPool.<Integer, Boolean>builder().name("p").workers(1).trace(trace).build();
    };
  }

  @ParameterizedTest
  @EnumSource
  void sleepingAndComputingAreToldApart(PoolKind kind) throws IOException {
    try (Pool<Integer, Boolean> pool = pool(kind)) {
      pool.map(TraceTest::sleep, List.of(MILLIS, MILLIS, MILLIS));
      List<JsonObject> slept = events("run");
      assertThat(micros(slept, "waiting")).isGreaterThanOrEqualTo(3 * MILLIS * 1_000L);
      assertThat(micros(slept, "running")).isZero();
      long slow = slept.size();
      pool.map(TraceTest::compute, List.of(MILLIS, MILLIS, MILLIS));
      List<JsonObject> computed = events("run");
      computed = computed.subList((int) slow, computed.size());
      double cpu =
          computed.stream()
              .mapToDouble(event -> event.getAsJsonObject("args").get("cpu us").getAsDouble())
              .sum();
      assertThat(cpu).isGreaterThanOrEqualTo(3 * MILLIS * 1_000);
      double idle =
          slept.stream()
              .mapToDouble(event -> event.getAsJsonObject("args").get("cpu us").getAsDouble())
              .sum();
      assertThat(idle).isLessThan(cpu / 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachItemIsInOneChunkAndTheSlowOnesStandAlone(PoolKind kind) throws IOException {
    try (Pool<Integer, Boolean> pool = pool(kind)) {
      pool.with(o -> o.chunkSize(5))
          .map(TraceTest::sleep, IntStream.range(0, 20).mapToObj(i -> i < 18 ? 0 : 30).toList());
    }
    assertThat(
            events("run").stream()
                .mapToInt(event -> event.getAsJsonObject("args").get("items").getAsInt()))
        .containsExactly(5, 5, 5, 5);
    assertThat(events("item"))
        .extracting(event -> event.get("name").getAsString())
        .contains("item 18", "item 19");
    String page = report();
    assertThat(page).contains("<dt>items</dt><dd>20</dd>", "<dt>chunks</dt><dd>4</dd>");
    assertThat(page).containsPattern("<td class=\"n\">1[89]</td><td class=\"n\">1</td>");
  }

  /** How many items the chunks have of a call of trivial tasks with such results. */
  private List<Integer> chunksOf(Mapper<Integer, String> mapper) throws IOException {
    List<Integer> inputs = IntStream.range(0, 200_000).boxed().toList();
    try (ProcessPool<Integer, String> pool =
        ProcessPool.<Integer, String>builder().workers(1).trace(trace).build()) {
      assertThat(pool.map(mapper, inputs)).hasSize(200_000).doesNotContainNull();
    }
    return events("run").stream()
        .map(event -> event.getAsJsonObject("args").get("items").getAsInt())
        .toList();
  }

  /** Each one beyond would take a system call of its own. */
  @Test
  void chunksOfShortItemsHaveNoMoreResultsThanAWorkerProcessCanHandBackAtOnce() throws IOException {
    List<Integer> chunks = chunksOf(x -> KILOBYTE);
    assertThat(chunks).anyMatch(items -> items > 64);
    assertThat(chunks).allMatch(items -> items <= 256, "as many as fit into 256 KB");
  }

  @Test
  void afterLargeResultsThereAreLongChunksAgain() throws IOException {
    List<Integer> chunks = chunksOf(x -> x < 500 ? KILOBYTE.repeat(10) : "");
    int items = 0;
    int ofLargeResults = 0;
    while (items < 500) {
      items += chunks.get(ofLargeResults++);
    }
    assertThat(chunks.subList(0, ofLargeResults))
        .as("chunks that tell how few large results fit")
        .anyMatch(size -> size > 1)
        .allMatch(size -> size <= 64);
    assertThat(chunks).anyMatch(size -> size > 64, "more than of large results");
  }

  @Test
  void workerProcessesShowTheirStartTheirPidAndTheirEnd() throws IOException {
    try (ProcessPool<Integer, Integer> pool =
        ProcessPool.<Integer, Integer>builder()
            .name("parsers")
            .workers(1)
            .trace(trace)
            .options(o -> o.retries(1).chunkSize(2))
            .build()) {
      List<Outcome<Integer, Integer>> outcomes =
          pool.mapOutcomes(
              x -> {
                if (x == 3) {
                  Runtime.getRuntime().halt(7);
                }
                return x;
              },
              List.of(1, 2, 3, 4));
      assertThat(Outcome.failures(outcomes)).hasSize(1);
    }
    assertThat(events("start-up")).hasSizeGreaterThanOrEqualTo(2);
    assertThat(events("hand-over")).isNotEmpty();
    assertThat(events("crash")).hasSize(2);
    assertThat(events("retry")).hasSize(1);
    assertThat(events("retry").get(0).getAsJsonObject("args").get("first index").getAsInt())
        .isEqualTo(2);
    String page = report();
    assertThat(page)
        .contains("the worker crashed", "an item is tried again", "<dt>crashes</dt><dd>2</dd>")
        .containsPattern("worker 1 \\(\\d JVMs\\)")
        .containsPattern("parsers-1 \\(pid \\d+\\)");
  }

  @Test
  void spansOfAWorkerDoNotOverlapButForItemsInTheirChunk() throws IOException {
    try (Pools pools = Pools.builder().workers(2).trace(trace).build()) {
      for (PoolKind kind : PoolKind.values()) {
        List<Integer> inputs = IntStream.range(0, 3_000).boxed().toList();
        pools.pool(kind).map(x -> x % 500 == 0 ? sleep(3) : x > 0, inputs);
      }
    }
    List<JsonObject> spans =
        events().stream()
            .filter(event -> event.get("ph").getAsString().equals("X"))
            .filter(event -> !event.get("cat").getAsString().equals("item"))
            .toList();
    assertThat(spans.stream().mapToInt(event -> event.get("pid").getAsInt()).distinct())
        .containsExactlyInAnyOrder(1, 2, 3);
    for (int i = 1; i < spans.size(); i++) {
      JsonObject before = spans.get(i - 1);
      JsonObject event = spans.get(i);
      if (before.get("pid").equals(event.get("pid"))
          && before.get("tid").equals(event.get("tid"))) {
        assertThat(event.get("ts").getAsBigDecimal())
            .as("%s after %s", event, before)
            .isGreaterThanOrEqualTo(
                before.get("ts").getAsBigDecimal().add(before.get("dur").getAsBigDecimal()));
      }
    }
  }

  @Test
  void oneTraceServesSeveralPoolsAndPoolsOfAllKinds() throws IOException {
    try (Pools pools = Pools.builder().workers(2).trace(trace).build();
        ThreadPool<Integer, Integer> own =
            ThreadPool.<Integer, Integer>builder().name("own").trace(trace).build()) {
      for (PoolKind kind : PoolKind.values()) {
        pools.pool(kind).map(x -> x, List.of(1, 2, 3));
      }
      pools.auto().map(x -> x, List.of(1, 2, 3));
      pools.processes(2);
      own.map(x -> x, List.of(1));
    }
    String page = report();
    for (String name :
        List.of("poolmap-serial", "poolmap-threads", "poolmap-processes", "poolmap-auto", "own")) {
      assertThat(page).containsOnlyOnce("<h2>" + name + " ");
    }
  }

  @Test
  void aPoolOfATraceOfItsOwnDoesNotShareItsWorkers() throws IOException {
    Trace other = Trace.create();
    try (Pools pools = Pools.builder().workers(1).trace(trace).build()) {
      Pool<Object, Object> first = pools.processes(b -> b.trace(other));
      Pool<Object, Object> second = pools.processes();
      first.map(x -> x, List.of(1));
      second.map(x -> x, List.of(1, 2));
    }
    assertThat(report()).contains("<dt>items</dt><dd>2</dd>");
    other.writeReport(folder.resolve("other.html"));
    assertThat(Files.readString(folder.resolve("other.html"))).contains("<dt>items</dt><dd>1</dd>");
  }

  @Test
  void virtualThreadsRunAndNobodyCanTellWhetherTheyCompute() throws IOException {
    assumeTrue(Runtime.version().feature() >= 21, "no virtual threads");
    try (ThreadPool<Integer, Boolean> pool =
        ThreadPool.<Integer, Boolean>builder().virtual().trace(trace).build()) {
      pool.map(TraceTest::sleep, List.of(5, 5, 5));
    }
    assertThat(micros(events("run"), "running")).isGreaterThanOrEqualTo(15_000);
    assertThat(report()).contains("not measured");
  }

  @Test
  void aReportIsWrittenWhileThePoolRuns() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    try (ThreadPool<Integer, Integer> pool =
        ThreadPool.<Integer, Integer>builder().workers(1).trace(trace).build()) {
      pool.map(x -> x, List.of(1, 2));
      var future =
          pool.applyAsync(
              () -> {
                begun.countDown();
                written.await();
                return 1;
              });
      begun.await();
      assertThat(report()).contains("<dt>items</dt><dd>2</dd>");
      written.countDown();
      future.join();
      assertThat(report()).contains("<dt>items</dt><dd>3</dd>");
    }
  }

  @Test
  void inputsAreShownAsTheyAreAndAreNoMarkup() throws IOException {
    Object evil =
        new Object() {
          @Override
          public String toString() {
            return "<script>document.title='taken over'</script>";
          }
        };
    try (ThreadPool<Object, Boolean> pool =
        ThreadPool.<Object, Boolean>builder().trace(trace).build()) {
      pool.map(x -> sleep(5), List.of(evil));
    }
    assertThat(report())
        .contains("&lt;script&gt;document.title=&#39;taken over&#39;&lt;/script&gt;")
        .doesNotContain("<script>document.title");
  }

  @Test
  void aTraceThatIsFullSaysHowMuchItLacks() throws IOException {
    Trace small = Trace.create(10);
    try (SerialPool<Integer, Integer> pool =
        SerialPool.<Integer, Integer>builder().trace(small).options(o -> o.chunkSize(1)).build()) {
      pool.map(x -> x, IntStream.range(0, 100).boxed().toList());
    }
    Path file = folder.resolve("small.html");
    small.writeReport(file);
    assertThat(Files.readString(file))
        .contains("it keeps 10 spans, and ")
        .contains("<dt>items</dt><dd>100</dd>");
  }

  @Test
  void aWorkerOfAPoolThatWasTracedStaysWarm() {
    long pid;
    try (ProcessPool<Integer, Long> pool =
        ProcessPool.<Integer, Long>builder().workers(1).trace(trace).build()) {
      pid = pool.map(x -> ProcessHandle.current().pid(), List.of(1)).get(0);
    }
    try (ProcessPool<Integer, Long> pool =
        ProcessPool.<Integer, Long>builder().workers(1).build()) {
      assertThat(pool.map(x -> ProcessHandle.current().pid(), List.of(1))).containsExactly(pid);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 100_000_001})
  void aNumberOfSpansOutOfRangeIsRefused(int spans) {
    assertThatThrownBy(() -> Trace.create(spans))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxSpans = " + spans + " is out of range: allowed are 1 to 100000000");
  }

  @Test
  void whatIsMissingIsSaidAtOnce() {
    for (PoolBuilder<?> builder :
        Arrays.<PoolBuilder<?>>asList(
            SerialPool.builder(), ThreadPool.builder(), ProcessPool.builder())) {
      assertThatThrownBy(() -> builder.trace(null)).isInstanceOf(NullPointerException.class);
    }
    assertThatThrownBy(() -> Pools.builder().trace(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> trace.writeReport(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> trace.writeChromeTrace(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> trace.writeReport(folder.resolve("no").resolve("where")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
