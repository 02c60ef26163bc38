package io.github.poolmap.internal.observe;

import java.util.concurrent.TimeUnit;

/** Spans that nothing has done. Times are milliseconds after the beginning. */
final class MadeUp {

  private static final long BEGINNING = System.nanoTime();

  private MadeUp() {}

  static long nanos(double millis) {
    return BEGINNING + Math.round(millis * TimeUnit.MILLISECONDS.toNanos(1));
  }

  static Span startUp(String worker, double start, double end) {
    return of(Span.Kind.START_UP, worker, start, end, Span.UNKNOWN, 0, 0, 0, false);
  }

  static Span handOver(String worker, double start, double end, long first, int items) {
    return of(Span.Kind.HAND_OVER, worker, start, end, Span.UNKNOWN, 1, first, items, false);
  }

  static Span run(String worker, double start, double end, double share, long first, int items) {
    long cpu = Math.round((end - start) * share * 1e6);
    return of(Span.Kind.RUN, worker, start, end, cpu, 1, first, items, false);
  }

  static Span runUnknown(String worker, double start, double end, long first, int items) {
    return of(Span.Kind.RUN, worker, start, end, Span.UNKNOWN, 1, first, items, false);
  }

  static Span failedRun(String worker, double start, double end, long first, int items) {
    return of(Span.Kind.RUN, worker, start, end, 0, 1, first, items, true);
  }

  static Span item(String worker, double start, double end, long index) {
    return of(Span.Kind.ITEM, worker, start, end, Span.UNKNOWN, 1, index, 1, false);
  }

  static Span crash(String worker, double at, long index) {
    return of(Span.Kind.CRASH, worker, at, at, Span.UNKNOWN, 1, index, 1, false);
  }

  static Span retry(String worker, double at, long index) {
    return of(Span.Kind.RETRY, worker, at, at, Span.UNKNOWN, 1, index, 1, false);
  }

  private static Span of(
      Span.Kind kind,
      String worker,
      double start,
      double end,
      long cpuNanos,
      long call,
      long first,
      int items,
      boolean failed) {
    return new Span(kind, worker, nanos(start), nanos(end), cpuNanos, call, first, items, failed);
  }
}
