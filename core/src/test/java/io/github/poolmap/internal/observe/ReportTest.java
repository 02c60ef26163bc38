package io.github.poolmap.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.poolmap.PoolKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReportTest {

  private static final int FIELDS = 12;

  @TempDir private Path folder;

  private Timeline timeline = new Timeline(250_000);

  private String written() throws IOException {
    Path file = folder.resolve("report.html");
    Report.write(timeline.snapshot(), file);
    return Files.readString(file);
  }

  private static JsonObject data(String page) {
    Matcher found =
        Pattern.compile("<script type=\"application/json\">(.*?)</script>", Pattern.DOTALL)
            .matcher(page);
    assertThat(found.find()).isTrue();
    return JsonParser.parseString(found.group(1)).getAsJsonObject();
  }

  private static JsonArray blocks(String page, int lane) {
    return data(page).getAsJsonArray("lanes").get(lane).getAsJsonObject().getAsJsonArray("blocks");
  }

  @Test
  void aReportOfNothingSaysSo() throws IOException {
    assertThat(written()).contains("No pool has done anything yet.").endsWith("</html>\n");
  }

  @Test
  void needsNothingFromElsewhere() throws IOException {
    timeline.watch("p", PoolKind.THREADS, 1).add(0, MadeUp.run("p-1", 0, 10, 1, 0, 1));
    assertThat(written()).doesNotContain("http:", "https:", "@import", "url(", "<link rel=\"style");
  }

  @Test
  void textOfUsersIsNoMarkup() throws IOException {
    String evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&";
    PoolTrack pool = timeline.watch("p", PoolKind.SERIAL, 1);
    Span item = MadeUp.item(evil, 0, 10, 0);
    pool.addItem(0, item, evil);
    pool.add(0, MadeUp.run(evil, 0, 10, 1, 0, 1));
    String page = written();
    assertThat(page).doesNotContain("<script>alert", "<img");
    assertThat(page)
        .contains(
            "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;&quot;&#39;&amp;");
    assertThat(
            data(page).getAsJsonArray("lanes").get(0).getAsJsonObject().get("name").getAsString())
        .isEqualTo(evil);
  }

  @Test
  void halfACharacterIsNoReasonToFail() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.THREADS, 1);
    pool.addItem(0, MadeUp.item("p-1", 0, 10, 0), "x\ud83dy\u0000z");
    pool.add(0, MadeUp.run("p-1", 0, 10, 1, 0, 1));
    assertThat(written()).contains("x\ufffdy\ufffdz");
  }

  @Test
  void noCharacterIsCutInTwo() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.THREADS, 1);
    pool.addItem(0, MadeUp.item("p-1", 0, 10, 0), "x".repeat(199) + "\ud83d\ude00 and more");
    pool.add(0, MadeUp.run("p-1", 0, 10, 1, 0, 1));
    assertThat(written()).contains("xxx...").doesNotContain("\ufffd");
  }

  @Test
  void eachBlockIsWhatTheLaneDid() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.PROCESSES, 1);
    pool.add(0, MadeUp.startUp("p-1", 0, 100));
    pool.add(0, MadeUp.handOver("p-1", 100, 150, 7, 3));
    pool.add(0, MadeUp.run("p-1", 150, 250, 0.25, 7, 3));
    pool.add(0, MadeUp.crash("p-1", 250, 9));
    String page = written();
    assertThat(blocks(page, 0).toString())
        .isEqualTo(
            "[0,100000,0,0,0,0,100,0,0,0,-1,0,"
                + "100000,50000,0,0,0,100,0,0,0,1,-1,0,"
                + "50000,100000,25,75,0,0,0,1,3,1,7,0]");
    JsonObject lane = data(page).getAsJsonArray("lanes").get(0).getAsJsonObject();
    assertThat(lane.getAsJsonArray("marks").toString()).isEqualTo("[250000,0,1,9,1]");
    assertThat(page).contains("the worker crashed").doesNotContain("tried again");
  }

  @Test
  void whatIsNarrowerThanAPixelIsPutTogetherAndNothingOfItIsLost() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.THREADS, 1);
    int chunks = 100_000;
    for (int i = 0; i < chunks; i++) {
      pool.add(0, MadeUp.run("p-1", i, i + 0.5, 1, 10L * i, 10));
    }
    JsonArray blocks = blocks(written(), 0);
    assertThat(blocks.size() / FIELDS).isBetween(1_000, 5_000);
    long seen = 0;
    for (int i = 0; i < blocks.size(); i += FIELDS) {
      seen += blocks.get(i + 7).getAsLong();
      assertThat(blocks.get(i + 2).getAsInt()).isBetween(45, 55);
    }
    assertThat(seen).isEqualTo(chunks);
  }

  @Test
  void theLastOfManyShortBlocksStandsWhereItWas() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.THREADS, 1);
    int chunks = 3_000;
    double millis = 0.0024;
    for (int i = 0; i < chunks; i++) {
      pool.add(0, MadeUp.run("p-1", i * millis, (i + 0.9) * millis, 1, i, 1));
    }
    JsonArray blocks = blocks(written(), 0);
    long start = 0;
    for (int i = 0; i < blocks.size(); i += FIELDS) {
      start += blocks.get(i).getAsLong();
    }
    assertThat(start).isBetween(7_190L, 7_200L);
  }

  @Test
  void aFullTraceOfManyWorkersIsAPageOfLessThanThreeMegabytes() throws IOException {
    timeline = new Timeline(200_000);
    PoolTrack pool = timeline.watch("poolmap-processes", PoolKind.PROCESSES, 200);
    for (int i = 0; i < 210_000; i++) {
      int slot = i % 200;
      double start = i / 200 * 7 + slot / 100.0;
      String worker = "poolmap-processes-" + (slot + 1) + " (pid " + (20_000 + slot) + ")";
      pool.add(slot, MadeUp.run(worker, start, start + 5.3, slot / 200.0, 123_456 + i, 17));
    }
    String page = written();
    assertThat(page.length()).isLessThan(3_000_000);
    int blocks = 0;
    for (JsonElement lane : data(page).getAsJsonArray("lanes")) {
      blocks += lane.getAsJsonObject().getAsJsonArray("blocks").size() / FIELDS;
    }
    assertThat(blocks).isBetween(1_000, Report.MOST_BLOCKS);
    assertThat(page)
        .contains("it keeps 200,000 spans, and 10,000 that came later were dropped")
        .contains("100 further workers not drawn");
  }

  @Test
  void theFiguresAreThereWithoutAnyScript() throws IOException {
    PoolTrack pool = timeline.watch("p", PoolKind.THREADS, 2);
    pool.addItem(0, MadeUp.item("p-1", 0, 750, 41), "the input");
    pool.add(0, MadeUp.run("p-1", 0, 750, 0.2, 41, 1));
    pool.add(1, MadeUp.run("p-2", 0, 1000, 1, 0, 40));
    String page = written().replaceAll("<script.*?</script>", "");
    assertThat(page)
        .contains("<dt>wall time</dt><dd>1.00 s</dd>")
        .contains("<dt>workers</dt><dd>2</dd>")
        .contains("<dt>busy</dt><dd>88 %</dd>")
        .contains("<dt>items</dt><dd>41</dd>")
        .contains(
            ">750 ms</td><td class=\"n\">41</td><td class=\"n\">1</td><td class=\"input\">the input")
        .contains("worker 2")
        .contains("500 ms – 1 s")
        .contains("20 ms – 50 ms");
  }
}
