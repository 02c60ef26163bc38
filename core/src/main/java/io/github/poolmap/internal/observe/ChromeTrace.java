package io.github.poolmap.internal.observe;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a snapshot in the trace-event format of Chrome, which Perfetto reads as well: each pool is
 * a process there, and each lane a thread.
 */
public final class ChromeTrace {

  private final Snapshot snapshot;
  private final Json json;

  private ChromeTrace(Snapshot snapshot, Json json) {
    this.snapshot = snapshot;
    this.json = json;
  }

  /** Writes a file, over one that is there. */
  public static void write(Snapshot snapshot, Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      new ChromeTrace(snapshot, new Json(out)).write();
      out.append('\n');
    }
  }

  private void write() throws IOException {
    json.beginObject().name("displayTimeUnit").value("ms");
    json.name("otherData")
        .beginObject()
        .name("start")
        .value(snapshot.startTime().toString())
        .name("droppedSpans")
        .value(snapshot.dropped())
        .endObject();
    json.name("traceEvents").beginArray();
    int pid = 0;
    for (Snapshot.Pool pool : snapshot.pools()) {
      pid++;
      metadata("process_name", pid, 0, pool.name() + " (" + Texts.kind(pool.kind()) + ")");
      order("process_sort_index", pid, 0, pid);
      for (Snapshot.Lane lane : pool.lanes()) {
        int tid = lane.slot() + 1;
        metadata("thread_name", pid, tid, lane.totals().worker());
        order("thread_sort_index", pid, tid, tid);
        for (Span span : lane.spans()) {
          event(span, pid, tid);
        }
      }
    }
    json.newLine().endArray().endObject();
  }

  private void metadata(String what, int pid, int tid, String name) throws IOException {
    beginMetadata(what, pid, tid).name("name").value(name).endObject().endObject();
  }

  private void order(String what, int pid, int tid, int index) throws IOException {
    beginMetadata(what, pid, tid).name("sort_index").value(index).endObject().endObject();
  }

  private Json beginMetadata(String what, int pid, int tid) throws IOException {
    return begin(what, "M", pid, tid).name("args").beginObject();
  }

  private Json begin(String name, String phase, int pid, int tid) throws IOException {
    return json.beginObject()
        .newLine()
        .name("name")
        .value(name)
        .name("ph")
        .value(phase)
        .name("pid")
        .value(pid)
        .name("tid")
        .value(tid);
  }

  private void event(Span span, int pid, int tid) throws IOException {
    boolean moment = span.kind() == Span.Kind.CRASH || span.kind() == Span.Kind.RETRY;
    begin(name(span), moment ? "i" : "X", pid, tid);
    json.name("cat").value(category(span.kind()));
    json.name("ts").micros(span.start() - snapshot.startNanos());
    if (moment) {
      json.name("s").value("t");
    } else {
      json.name("dur").micros(span.nanos());
    }
    json.name("args").beginObject().name("worker").value(span.worker());
    if (span.call() > 0) {
      json.name("call").value(span.call());
    }
    if (span.items() > 0) {
      json.name("first index").value(span.first()).name("items").value(span.items());
    }
    if (span.knowsCpu() && span.kind() == Span.Kind.RUN) {
      json.name("cpu us").micros(span.cpuNanos());
    }
    if (span.failed()) {
      json.name("failed").value(true);
    }
    json.endObject().endObject();
  }

  private static String category(Span.Kind kind) {
    return switch (kind) {
      case START_UP -> "start-up";
      case RUN -> "run";
      case HAND_OVER -> "hand-over";
      case ITEM -> "item";
      case CRASH -> "crash";
      case RETRY -> "retry";
    };
  }

  /** Viewers give events of one name one colour. */
  private static String name(Span span) {
    return switch (span.kind()) {
      case RUN -> {
        if (!span.knowsCpu()) {
          yield "running";
        }
        yield 2 * span.computing() >= span.nanos() ? "computing" : "waiting";
      }
      case ITEM -> "item " + span.first();
      default -> category(span.kind());
    };
  }
}
