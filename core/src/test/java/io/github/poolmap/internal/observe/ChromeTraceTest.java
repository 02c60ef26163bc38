package io.github.poolmap.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.poolmap.PoolKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChromeTraceTest {

  @TempDir private Path folder;

  private final Timeline timeline = new Timeline(100);

  private JsonObject written() throws IOException {
    Path file = folder.resolve("trace.json");
    ChromeTrace.write(timeline.snapshot(), file);
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }

  private List<JsonObject> events(String phase) throws IOException {
    return StreamSupport.stream(written().getAsJsonArray("traceEvents").spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .filter(event -> event.get("ph").getAsString().equals(phase))
        .toList();
  }

  private static String name(JsonObject event) {
    return event.get("name").getAsString();
  }

  @Test
  void aTraceWithoutSpansIsOne() throws IOException {
    assertThat(written().getAsJsonArray("traceEvents")).isEmpty();
  }

  @Test
  void eachPoolIsAProcessAndEachLaneAThread() throws IOException {
    PoolTrack threads = timeline.watch("crunchers", PoolKind.THREADS, 2);
    threads.add(0, MadeUp.run("crunchers-1", 0, 1, 1, 0, 1));
    threads.add(1, MadeUp.run("crunchers-2", 0, 1, 1, 1, 1));
    PoolTrack processes = timeline.watch("parsers", PoolKind.PROCESSES, 2);
    processes.add(1, MadeUp.run("parsers-2 (pid 7)", 0, 1, 1, 0, 1));
    List<String> names =
        events("M").stream()
            .filter(event -> name(event).endsWith("_name"))
            .map(
                event ->
                    name(event)
                        + " "
                        + event.get("pid")
                        + "/"
                        + event.get("tid")
                        + " "
                        + event.getAsJsonObject("args").get("name").getAsString())
            .toList();
    assertThat(names)
        .containsExactly(
            "process_name 1/0 crunchers (threads)",
            "thread_name 1/1 crunchers-1",
            "thread_name 1/2 crunchers-2",
            "process_name 2/0 parsers (processes)",
            "thread_name 2/2 parsers-2 (pid 7)");
  }

  @Test
  void timesAreMicrosecondsToTheLastNanosecond() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.THREADS, 1);
    long start = timeline.snapshot().startNanos() + 1_234_567;
    pool.add(0, new Span(Span.Kind.RUN, "p-1", start, start + 89_001, 45_000, 3, 20, 10, false));
    JsonObject event = events("X").get(0);
    assertThat(event.get("ts").getAsBigDecimal()).isEqualByComparingTo("1234.567");
    assertThat(event.get("dur").getAsBigDecimal()).isEqualByComparingTo("89.001");
    JsonObject details = event.getAsJsonObject("args");
    assertThat(details.get("call").getAsLong()).isEqualTo(3);
    assertThat(details.get("first index").getAsLong()).isEqualTo(20);
    assertThat(details.get("items").getAsLong()).isEqualTo(10);
    assertThat(details.get("cpu us").getAsLong()).isEqualTo(45);
  }

  @Test
  void chunksAreNamedForWhatTheWorkerMostlyDid() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.PROCESSES, 1);
    pool.add(0, MadeUp.startUp("p-1", 0, 10));
    pool.add(0, MadeUp.handOver("p-1", 10, 11, 0, 1));
    pool.add(0, MadeUp.run("p-1", 11, 20, 0.9, 0, 1));
    pool.add(0, MadeUp.run("p-1", 20, 30, 0.1, 1, 1));
    pool.add(0, MadeUp.runUnknown("p-1", 30, 40, 2, 1));
    pool.addItem(0, MadeUp.item("p-1", 30, 40, 2), "x");
    assertThat(events("X"))
        .extracting(ChromeTraceTest::name)
        .containsExactly("start-up", "hand-over", "computing", "waiting", "running", "item 2");
  }

  @Test
  void crashesAndRetriesAreMoments() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.PROCESSES, 1);
    pool.add(0, MadeUp.crash("p-1", 1, 5));
    pool.add(0, MadeUp.retry("p-1", 1, 5));
    assertThat(events("i")).extracting(ChromeTraceTest::name).containsExactly("crash", "retry");
    assertThat(events("i")).allMatch(event -> event.get("s").getAsString().equals("t"));
  }

  @Test
  void namesOfAnyCharactersComeBackAsTheyWere() throws IOException {
    String name = "a\"b\\c\n\t\u0001</script>\u2028\ud83d\ude00\ud800é";
    timeline.watch("p", PoolKind.SERIAL, 1).add(0, MadeUp.run(name, 0, 1, 1, 0, 1));
    assertThat(events("X").get(0).getAsJsonObject("args").get("worker").getAsString())
        .isEqualTo(name);
  }

  @Test
  void saysHowManySpansWereDropped() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.THREADS, 1);
    for (int i = 0; i < 130; i++) {
      pool.add(0, MadeUp.run("p-1", i, i + 1, 1, i, 1));
    }
    assertThat(events("X")).hasSize(100);
    assertThat(written().getAsJsonObject("otherData").get("droppedSpans").getAsInt()).isEqualTo(30);
  }
}
