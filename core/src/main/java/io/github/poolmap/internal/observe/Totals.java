package io.github.poolmap.internal.observe;

/**
 * What a lane has done in all, spans that were not kept included.
 *
 * @param worker the name of the worker that it had last
 * @param workers how many workers it had, one after the other
 * @param start when the first span began
 * @param end when the last one ended
 * @param computing nanoseconds in which it computed
 * @param waiting nanoseconds in which it had a chunk and did not compute
 * @param unknown nanoseconds in which it had a chunk and nobody can tell which
 * @param handOver nanoseconds in which chunks were on their way
 * @param startUp nanoseconds in which workers were started
 * @param chunks how many chunks
 * @param items how many items
 * @param failedChunks how many chunks with a failure in them
 * @param crashes how many workers died
 * @param retries how many attempts were to be made again
 */
record Totals(
    String worker,
    int workers,
    long start,
    long end,
    long computing,
    long waiting,
    long unknown,
    long handOver,
    long startUp,
    long chunks,
    long items,
    long failedChunks,
    long crashes,
    long retries) {

  /** Returns the time in which its workers had chunks. */
  long running() {
    return computing + waiting + unknown;
  }

  /** Adds spans up. Not safe for use by many threads. */
  static final class Sum {

    private String worker = "";
    private int workers;
    private long start;
    private long end;
    private long computing;
    private long waiting;
    private long unknown;
    private long handOver;
    private long startUp;
    private long chunks;
    private long items;
    private long failedChunks;
    private long crashes;
    private long retries;

    void add(Span span) {
      if (workers == 0) {
        start = span.start();
        end = span.end();
      } else {
        start = span.start() - start < 0 ? span.start() : start;
        end = span.end() - end > 0 ? span.end() : end;
      }
      if (!span.worker().equals(worker) || workers == 0) {
        worker = span.worker();
        workers++;
      }
      switch (span.kind()) {
        case START_UP -> startUp += span.nanos();
        case HAND_OVER -> handOver += span.nanos();
        case RUN -> addRun(span);
        case CRASH -> crashes++;
        case RETRY -> retries++;
        case ITEM -> {
          // Part of a chunk.
        }
      }
    }

    private void addRun(Span span) {
      chunks++;
      items += span.items();
      failedChunks += span.failed() ? 1 : 0;
      if (span.knowsCpu()) {
        computing += span.computing();
        waiting += span.nanos() - span.computing();
      } else {
        unknown += span.nanos();
      }
    }

    Totals totals() {
      return new Totals(
          worker,
          workers,
          start,
          end,
          computing,
          waiting,
          unknown,
          handOver,
          startUp,
          chunks,
          items,
          failedChunks,
          crashes,
          retries);
    }
  }
}
