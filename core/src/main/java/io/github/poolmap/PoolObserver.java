package io.github.poolmap;

import io.github.poolmap.internal.observe.Jfr;
import io.github.poolmap.internal.observe.JfrEvents;
import io.github.poolmap.internal.observe.Span;
import io.github.poolmap.internal.observe.SpanSink;
import io.github.poolmap.internal.run.LaneObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes what the lanes of one pool do on to those who want to see it. */
final class PoolObserver implements LaneObserver {

  private final List<SpanSink> sinks;
  private final boolean wantsCpuTimes;
  private final String pool;

  /** Null until somebody records: where there is no Flight Recorder it could not be loaded. */
  private volatile @Nullable JfrEvents jfr;

  /**
   * Makes an observer.
   *
   * @param pool the name of the pool
   * @param sinks who wants to see everything
   */
  PoolObserver(String pool, List<SpanSink> sinks) {
    this.sinks = List.copyOf(sinks);
    this.pool = pool;
    boolean wanted = false;
    for (SpanSink sink : sinks) {
      wanted |= sink.wantsCpuTimes();
    }
    this.wantsCpuTimes = wanted;
  }

  /** Returns what Flight Recorder is told by; null if nobody records. */
  private @Nullable JfrEvents jfr() {
    if (!Jfr.isWanted()) {
      return null;
    }
    JfrEvents present = jfr;
    if (present == null) {
      present = new JfrEvents(pool);
      jfr = present;
    }
    return present;
  }

  @Override
  public boolean isListening() {
    return !sinks.isEmpty() || Jfr.isWanted();
  }

  @Override
  public boolean wantsCpuTimes() {
    return wantsCpuTimes;
  }

  @Override
  public long itemNanos() {
    long least = Jfr.TASK_NANOS;
    for (SpanSink sink : sinks) {
      least = Math.min(least, sink.itemNanos());
    }
    return least;
  }

  @Override
  public @Nullable Object begins(Kind kind) {
    JfrEvents events = jfr();
    if (events == null) {
      return null;
    }
    return switch (kind) {
      case CALL -> events.callBegins();
      case START_UP -> events.workerStarts();
      case CHUNK -> events.chunkBegins();
    };
  }

  @Override
  public void ended(@Nullable Object begun, CallSpan call) {
    JfrEvents events = jfr();
    if (begun != null && events != null) {
      events.callEnded(begun, call.number(), call.items(), call.failure());
    }
  }

  @Override
  public void ended(WorkerEnd end) {
    JfrEvents events = jfr();
    if (events != null) {
      events.workerEnded(new JfrEvents.Worker(end.slot(), end.worker(), end.pid()), end.reason());
    }
  }

  @Override
  public void started(@Nullable Object begun, StartSpan start) {
    JfrEvents events = jfr();
    if (begun != null && events != null) {
      events.workerStarted(
          begun, new JfrEvents.Worker(start.slot(), start.worker(), start.pid()), start.failure());
    }
    tell(
        start.slot(),
        new Span(
            Span.Kind.START_UP,
            start.worker(),
            start.start(),
            start.end(),
            Span.UNKNOWN,
            Span.NO_CALL,
            0,
            0,
            start.failure() != null));
  }

  private void tell(int slot, Span span) {
    for (SpanSink sink : sinks) {
      sink.add(slot, span);
    }
  }

  @Override
  public void ran(@Nullable Object begun, ChunkSpan chunk) {
    JfrEvents events = jfr();
    if (begun != null && events != null) {
      long busy = chunk.runEnd() - chunk.runStart();
      events.chunkEnded(
          begun,
          chunk.call(),
          new JfrEvents.Worker(chunk.slot(), chunk.worker(), chunk.pid()),
          chunk.firstIndex(),
          chunk.items(),
          chunk.failed(),
          busy,
          chunk.end() - chunk.start() - busy,
          chunk.bytesSent(),
          chunk.bytesReceived());
    }
    tellHandOver(chunk, chunk.start(), chunk.runStart());
    tell(chunk, Span.Kind.RUN, chunk.runStart(), chunk.runEnd(), chunk.cpuNanos());
    tellHandOver(chunk, chunk.runEnd(), chunk.end());
  }

  /** Chunks that are sent ahead are there when they are needed. */
  private void tellHandOver(ChunkSpan chunk, long start, long end) {
    if (end > start) {
      tell(chunk, Span.Kind.HAND_OVER, start, end, Span.UNKNOWN);
    }
  }

  private void tell(ChunkSpan chunk, Span.Kind kind, long start, long end, long cpuNanos) {
    if (sinks.isEmpty()) {
      return;
    }
    tell(
        chunk.slot(),
        new Span(
            kind,
            chunk.worker(),
            start,
            end,
            cpuNanos,
            chunk.call(),
            chunk.firstIndex(),
            chunk.executed(),
            chunk.failed() > 0));
  }

  @Override
  public void ran(ItemSpan item) {
    JfrEvents events = jfr();
    if (events != null) {
      events.task(
          item.call(),
          new JfrEvents.Worker(item.slot(), item.worker(), item.pid()),
          item.index(),
          item.start(),
          item.end() - item.start(),
          item.failed());
    }
    for (SpanSink sink : sinks) {
      if (item.end() - item.start() >= sink.itemNanos()) {
        sink.addItem(
            item.slot(),
            new Span(
                Span.Kind.ITEM,
                item.worker(),
                item.start(),
                item.end(),
                Span.UNKNOWN,
                item.call(),
                item.index(),
                1,
                item.failed()),
            item.input());
      }
    }
  }

  @Override
  public void failed(FailedAttempt attempt) {
    JfrEvents events = jfr();
    if (attempt.crash() && events != null) {
      events.workerCrashed(
          attempt.call(),
          new JfrEvents.Worker(attempt.slot(), attempt.worker(), attempt.pid()),
          attempt.index(),
          attempt.label(),
          attempt.again());
    }
    if (attempt.crash()) {
      tell(attempt, Span.Kind.CRASH);
    }
    if (attempt.again()) {
      tell(attempt, Span.Kind.RETRY);
    }
  }

  private void tell(FailedAttempt attempt, Span.Kind kind) {
    tell(
        attempt.slot(),
        new Span(
            kind,
            attempt.worker(),
            attempt.time(),
            attempt.time(),
            Span.UNKNOWN,
            attempt.call(),
            attempt.index(),
            1,
            true));
  }
}
