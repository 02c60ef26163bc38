package io.github.poolmap.internal.observe;

import static io.github.poolmap.internal.observe.Texts.count;
import static io.github.poolmap.internal.observe.Texts.duration;
import static io.github.poolmap.internal.observe.Texts.html;
import static io.github.poolmap.internal.observe.Texts.number;
import static io.github.poolmap.internal.observe.Texts.percent;

import com.google.common.io.Resources;
import io.github.poolmap.PoolKind;
import java.io.IOException;
import java.io.Writer;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * Writes a snapshot as one HTML page, which needs nothing beside it: for each pool a timeline with
 * a lane for each worker, how busy the workers were, how long items took, and the slowest of them.
 *
 * <p>The figures are there without its script, which draws the timelines.
 */
public final class Report {

  /**
   * The timeline of a pool has so many pixels, more than it is wide so that one can look closer.
   */
  private static final int PIXELS = 4_000;

  /** So much is drawn on the whole page: some 40 bytes each. */
  static final int MOST_BLOCKS = 40_000;

  /** Of each pool so many lanes are shown; the others are in the sums. */
  static final int MOST_LANES = 100;

  static final int MOST_POOLS = 30;

  private final Snapshot snapshot;
  private final Writer out;

  private Report(Snapshot snapshot, Writer out) {
    this.snapshot = snapshot;
    this.out = out;
  }

  /** Writes a file, over one that is there. Runs user code: the {@code toString()} of inputs. */
  public static void write(Snapshot snapshot, Path file) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      new Report(snapshot, writer).write();
    }
  }

  private static String resource(String name) throws IOException {
    URL url = Report.class.getResource(name);
    if (url == null) {
      throw new IOException(name + " is missing beside " + Report.class.getName());
    }
    return Resources.toString(url, StandardCharsets.UTF_8);
  }

  private void write() throws IOException {
    line("<!DOCTYPE html>");
    line("<html lang=\"en\">");
    line("<head>");
    line("<meta charset=\"utf-8\">");
    line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    // No browser asks anybody for an icon then.
    line("<link rel=\"icon\" href=\"data:,\">");
    line("<title>Poolmap: " + html(title()) + "</title>");
    line("<style>\n" + resource("report.css") + "</style>");
    line("</head>");
    line("<body>");
    head();
    List<Snapshot.Pool> pools = snapshot.pools();
    List<Snapshot.Pool> shown = pools.subList(0, Math.min(MOST_POOLS, pools.size()));
    long coarseness = coarseness(shown);
    for (Snapshot.Pool pool : shown) {
      pool(pool, coarseness);
    }
    if (shown.isEmpty()) {
      line("<p>No pool has done anything yet.</p>");
    }
    if (shown.size() < pools.size()) {
      note(
          count(pools.size() - shown.size(), "further pool")
              + " had something to do; the trace file has all of them.");
    }
    line("<script>\n" + resource("report.js") + "</script>");
    line("</body>");
    line("</html>");
  }

  private String title() {
    List<Snapshot.Pool> pools = snapshot.pools();
    if (pools.isEmpty()) {
      return "nothing yet";
    }
    return pools.get(0).name() + (pools.size() == 1 ? "" : " and " + (pools.size() - 1) + " more");
  }

  private void line(String text) throws IOException {
    out.append(text).append('\n');
  }

  private void note(String text) throws IOException {
    line("<p class=\"note\">" + html(text) + "</p>");
  }

  private void head() throws IOException {
    DateTimeFormatter minutes =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT)
            .withZone(ZoneId.systemDefault());
    line("<header><h1>Poolmap report</h1>");
    line(
        "<p>Trace begun "
            + html(minutes.format(snapshot.startTime()))
            + ", written "
            + html(minutes.format(Instant.now()))
            + " · "
            + count(Runtime.getRuntime().availableProcessors(), "core")
            + " · "
            + html(System.getProperty("os.name") + " (" + System.getProperty("os.arch") + ")")
            + " · JDK "
            + html(Runtime.version().toString())
            + "</p></header>");
    if (snapshot.dropped() > 0) {
      note(
          "The trace was full: it keeps "
              + count(snapshot.most(), "span")
              + ", and "
              + number(snapshot.dropped())
              + " that came later were dropped. They are missing in the timelines; the tables, run"
              + " times and slowest items have them.");
    }
  }

  // ---- a pool

  private void pool(Snapshot.Pool pool, long coarseness) throws IOException {
    long wall = Math.max(1, pool.end() - pool.start());
    int lanes = pool.lanes().size();
    long running = sum(pool, Totals::running);
    line(
        "<section><h2>" + html(pool.name()) + " <span>" + Texts.kind(pool.kind()) + "</span></h2>");
    line("<dl class=\"figures\">");
    figure("wall time", duration(wall));
    figure("workers", workers(pool));
    figure("busy", percent((double) running / wall / lanes));
    if (sum(pool, Totals::unknown) == 0) {
      figure("computing", percent((double) sum(pool, Totals::computing) / wall / lanes));
    }
    figure("items", number(sum(pool, Totals::items)));
    figure("chunks", number(sum(pool, Totals::chunks)));
    figure("crashes", number(sum(pool, Totals::crashes)));
    figure("retries", number(sum(pool, Totals::retries)));
    line("</dl>");
    timeline(pool, wall, pixel(wall, coarseness));
    utilisation(pool, wall);
    line("<div class=\"pair\">");
    runTimes(pool);
    slowest(pool);
    line("</div></section>");
  }

  private static String workers(Snapshot.Pool pool) {
    int lanes = pool.lanes().size();
    if (pool.kind() == PoolKind.SERIAL) {
      return count(lanes, "calling thread");
    }
    return pool.workers() <= lanes
        ? number(lanes)
        : number(lanes) + " of " + number(pool.workers());
  }

  private static long sum(Snapshot.Pool pool, ToLongFunction<Totals> part) {
    return pool.lanes().stream().map(Snapshot.Lane::totals).mapToLong(part).sum();
  }

  private void figure(String name, String value) throws IOException {
    line("<div><dt>" + html(name) + "</dt><dd>" + html(value) + "</dd></div>");
  }

  private static List<Snapshot.Lane> shownLanes(Snapshot.Pool pool) {
    return pool.lanes().subList(0, Math.min(MOST_LANES, pool.lanes().size()));
  }

  /** What a lane is called where there is little room. */
  private static String shortName(Snapshot.Pool pool, Totals totals) {
    String name = totals.worker();
    String prefix = pool.name() + "-";
    if (pool.kind() == PoolKind.SERIAL || !name.startsWith(prefix)) {
      return name;
    }
    String rest = name.substring(prefix.length());
    int pid = rest.indexOf(" (");
    return "worker "
        + (totals.workers() > 1 && pid > 0
            ? rest.substring(0, pid) + " (" + totals.workers() + " JVMs)"
            : rest);
  }

  private static String longName(Totals totals) {
    return totals.workers() > 1
        ? totals.worker() + ", and " + count(totals.workers() - 1, "worker") + " before it"
        : totals.worker();
  }

  // ---- timeline

  private static long pixel(long wall, long coarseness) {
    return Math.max(1, coarseness * wall / PIXELS);
  }

  /** Returns how many pixels have to be put together so that there is not too much on the page. */
  private static long coarseness(List<Snapshot.Pool> pools) {
    long coarseness = 1;
    while (size(pools, coarseness) > MOST_BLOCKS && coarseness < PIXELS) {
      coarseness *= 2;
    }
    return coarseness;
  }

  private static long size(List<Snapshot.Pool> pools, long coarseness) {
    long size = 0;
    for (Snapshot.Pool pool : pools) {
      long start = pool.start();
      long pixel = pixel(pool.end() - start, coarseness);
      for (Snapshot.Lane lane : shownLanes(pool)) {
        size += Blocks.of(lane, start, pixel).size();
      }
    }
    return size;
  }

  private void timeline(Snapshot.Pool pool, long wall, long pixel) throws IOException {
    line("<figure class=\"timeline\"><h3>Timeline</h3>");
    line("<div class=\"legend\">");
    for (Part each : Part.of(pool)) {
      line("<span><i class=\"" + each.style + "\"></i>" + html(each.label) + "</span>");
    }
    if (sum(pool, Totals::failedChunks) > 0) {
      line("<span><i class=\"failed\"></i>an item failed</span>");
    }
    if (sum(pool, Totals::crashes) > 0) {
      line("<span><b class=\"crash\">✕</b>the worker crashed</span>");
    }
    if (sum(pool, Totals::retries) > 0) {
      line("<span><b class=\"retry\">↻</b>an item is tried again</span>");
    }
    line("</div>");
    line("<div class=\"plot\"><div class=\"names\">");
    for (Snapshot.Lane lane : shownLanes(pool)) {
      line(
          "<div class=\"name\" title=\""
              + html(longName(lane.totals()))
              + "\">"
              + html(shortName(pool, lane.totals()))
              + "</div>");
    }
    line("</div><div class=\"draw\"><canvas></canvas></div></div>");
    line(
        "<figcaption>Drag to look closer; double-click, or <button type=\"button\">show all</button>,");
    line("to go back. Waiting is asleep, blocked, or without a core.</figcaption>");
    line("<noscript><p class=\"note\">The timeline needs JavaScript.</p></noscript>");
    out.append("<script type=\"application/json\">");
    data(pool, wall, pixel, new Json(out));
    line("</script></figure>");
    int hidden = pool.lanes().size() - shownLanes(pool).size();
    if (hidden > 0) {
      note(count(hidden, "further worker") + " not drawn.");
    }
  }

  private static void data(Snapshot.Pool pool, long wall, long pixel, Json json)
      throws IOException {
    long start = pool.start();
    json.beginObject().name("micros").value((wall + 999) / 1000).name("lanes").beginArray();
    for (Snapshot.Lane lane : shownLanes(pool)) {
      json.newLine().beginObject().name("name").value(longName(lane.totals()));
      Blocks.of(lane, start, pixel).write(json, start);
      json.endObject();
    }
    json.endArray().endObject();
  }

  // ---- how busy the workers were

  /** What the time of a worker consists of. */
  private enum Part {
    COMPUTING("computing", "computing"),
    WAITING("waiting", "waiting"),
    UNKNOWN("unknown", "not measured"),
    HAND_OVER("hand-over", "hand-over"),
    START_UP("start-up", "start-up");

    final String style;
    final String label;

    Part(String style, String label) {
      this.style = style;
      this.label = label;
    }

    long nanos(Totals totals) {
      return switch (this) {
        case COMPUTING -> totals.computing();
        case WAITING -> totals.waiting();
        case UNKNOWN -> totals.unknown();
        case HAND_OVER -> totals.handOver();
        case START_UP -> totals.startUp();
      };
    }

    static List<Part> of(Snapshot.Pool pool) {
      List<Part> parts = new ArrayList<>(List.of(values()));
      if (sum(pool, Totals::unknown) == 0) {
        parts.remove(UNKNOWN);
      }
      return parts;
    }
  }

  private void utilisation(Snapshot.Pool pool, long wall) throws IOException {
    List<Part> parts = Part.of(pool);
    line("<h3>Workers</h3><div class=\"wide\"><table><thead><tr><th>worker</th><th>its time</th>");
    for (Part each : parts) {
      line("<th class=\"n\">" + html(each.label) + "</th>");
    }
    line("<th class=\"n\">idle</th><th class=\"n\">chunks</th><th class=\"n\">items</th>");
    line("<th class=\"n\">crashes</th></tr></thead><tbody>");
    for (Snapshot.Lane lane : shownLanes(pool)) {
      worker(shortName(pool, lane.totals()), longName(lane.totals()), lane.totals(), parts, wall);
    }
    line("</tbody></table></div>");
  }

  private void worker(String name, String title, Totals totals, List<Part> parts, long wall)
      throws IOException {
    StringBuilder bar = new StringBuilder();
    StringBuilder cells = new StringBuilder();
    long left = wall;
    for (Part each : parts) {
      long nanos = each.nanos(totals);
      left -= nanos;
      double share = Math.min(1, (double) nanos / wall);
      if (share > 0) {
        bar.append("<i class=\"")
            .append(each.style)
            .append("\" style=\"width:")
            .append(String.format(Locale.ROOT, "%.2f", 100 * share))
            .append("%\"></i>");
      }
      cells.append("<td class=\"n\">").append(nanos == 0 ? "–" : percent(share)).append("</td>");
    }
    line(
        "<tr><td title=\""
            + html(title)
            + "\">"
            + html(name)
            + "</td><td><div class=\"bar\">"
            + bar
            + "</div></td>"
            + cells
            + "<td class=\"n\">"
            + percent(Math.max(0, (double) left / wall))
            + "</td><td class=\"n\">"
            + number(totals.chunks())
            + "</td><td class=\"n\">"
            + number(totals.items())
            + "</td><td class=\"n\">"
            + (totals.crashes() == 0 ? "–" : number(totals.crashes()))
            + "</td></tr>");
  }

  // ---- items

  private void runTimes(Snapshot.Pool pool) throws IOException {
    long[] counts = pool.runTimes();
    int first = 0;
    int last = counts.length - 1;
    while (first < last && counts[first] == 0) {
      first++;
    }
    while (last > first && counts[last] == 0) {
      last--;
    }
    long most = 0;
    for (long each : counts) {
      most = Math.max(most, each);
    }
    line("<div><h3>How long items took</h3>");
    if (most == 0) {
      line("<p>No item has ended yet.</p></div>");
      return;
    }
    line("<table class=\"times\"><tbody>");
    for (int i = first; i <= last; i++) {
      line(
          "<tr><td class=\"n\">"
              + from(i)
              + "</td><td><div class=\"bar\">"
              + (counts[i] == 0 ? "" : countBar(counts[i], most))
              + "</div></td><td class=\"n\">"
              + number(counts[i])
              + "</td></tr>");
    }
    line("</tbody></table>");
    line(
        "<p class=\"small\">Each as long as it took from 1 ms on; quicker ones as the others of their");
    line("chunk on average.</p></div>");
  }

  private static String countBar(long items, long most) {
    String width = String.format(Locale.ROOT, "%.2f", 100.0 * items / most);
    return "<i class=\"count\" style=\"width:" + width + "%\"></i>";
  }

  private static String from(int bucket) {
    return bucket == RunTimes.BUCKETS - 1
        ? "from " + Texts.round(RunTimes.startOf(bucket))
        : Texts.round(RunTimes.startOf(bucket)) + " – " + Texts.round(RunTimes.startOf(bucket + 1));
  }

  private void slowest(Snapshot.Pool pool) throws IOException {
    line("<div><h3>The slowest items</h3>");
    if (pool.slowest().isEmpty()) {
      line("<p>None has taken 1 ms.</p></div>");
      return;
    }
    line(
        "<div class=\"wide\"><table><thead><tr><th class=\"n\">took</th><th class=\"n\">index</th>");
    line("<th class=\"n\">call</th><th>input</th><th>worker</th></tr></thead><tbody>");
    for (SlowestItems.Item each : pool.slowest()) {
      Span span = each.span();
      line(
          "<tr"
              + (span.failed() ? " class=\"failed\"" : "")
              + "><td class=\"n\">"
              + duration(span.nanos())
              + "</td><td class=\"n\">"
              + number(span.first())
              + "</td><td class=\"n\">"
              + number(span.call())
              + "</td><td class=\"input\">"
              + html(each.describeInput())
              + "</td><td>"
              + html(span.worker())
              + (span.failed() ? " (failed)" : "")
              + "</td></tr>");
    }
    line("</tbody></table></div></div>");
  }
}
