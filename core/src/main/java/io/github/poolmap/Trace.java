package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import io.github.poolmap.internal.observe.ChromeTrace;
import io.github.poolmap.internal.observe.Report;
import io.github.poolmap.internal.observe.Timeline;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Records what the workers of pools do and when, to be looked at: as a page with a timeline for
 * each worker, or in a trace viewer.
 *
 * <pre>{@code
 * Trace trace = Trace.create();
 * try (Pools pools = Pools.builder().trace(trace).build()) {
 *   pools.processes().map(Parser::parse, files);
 * }
 * trace.writeReport(Path.of("report.html"));
 * }</pre>
 *
 * <p>It is given to pools when they are built, and one may serve several. Of each worker it knows
 * when it was started, when it had which chunk, how much of that time it has computed, and what was
 * lost on the way; of items that took a millisecond or more, when they ran. Chunks show once they
 * have ended. Calls from inside tasks that run on the calling worker belong to those tasks.
 *
 * <p>It keeps so many spans and counts those that come later; the figures of the report have all of
 * them. It holds on to the inputs of the slowest ten items of each pool, and calls their {@code
 * toString()} when a report is written. Safe for use by many threads.
 */
public final class Trace {

  private static final int DEFAULT_SPANS = 200_000;
  private static final int MOST_SPANS = 100_000_000;

  private final Timeline timeline;

  private Trace(int maxSpans) {
    this.timeline = new Timeline(maxSpans);
  }

  /**
   * Makes a trace that keeps 200,000 spans, some 20 MB.
   *
   * @return the trace
   */
  public static Trace create() {
    return new Trace(DEFAULT_SPANS);
  }

  /**
   * Makes a trace that keeps so many spans. A chunk makes two or three, and an item of a
   * millisecond or more another one; each takes some 100 bytes.
   *
   * @param maxSpans 1 to 100,000,000
   * @return the trace
   * @throws IllegalArgumentException if the number is out of range
   */
  public static Trace create(int maxSpans) {
    if (maxSpans < 1 || maxSpans > MOST_SPANS) {
      throw new IllegalArgumentException(
          "maxSpans = " + maxSpans + " is out of range: allowed are 1 to " + MOST_SPANS);
    }
    return new Trace(maxSpans);
  }

  Timeline timeline() {
    return timeline;
  }

  /**
   * Writes what has been recorded so far in the trace-event format, which Perfetto and Chrome's
   * {@code about:tracing} open. Each pool is a process there and each worker a thread. Pools may go
   * on meanwhile.
   *
   * @param file where to; what is there is overwritten
   * @throws IOException if that fails
   */
  public void writeChromeTrace(Path file) throws IOException {
    requireNonNull(file, "file");
    ChromeTrace.write(timeline.snapshot(), file);
  }

  /**
   * Writes what has been recorded so far as an HTML page, which needs nothing beside it: for each
   * pool a timeline of its workers, how busy they were, how long items took, and the slowest items
   * with their inputs. Pools may go on meanwhile. The calling thread runs the {@code toString()} of
   * those inputs.
   *
   * @param file where to; what is there is overwritten
   * @throws IOException if that fails
   */
  public void writeReport(Path file) throws IOException {
    requireNonNull(file, "file");
    Report.write(timeline.snapshot(), file);
  }
}
