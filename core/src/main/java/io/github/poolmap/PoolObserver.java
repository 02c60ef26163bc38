package io.github.poolmap;

import io.github.poolmap.internal.observe.SpanSink;
import io.github.poolmap.internal.run.LaneObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes what the lanes of one pool do on to those who want to see it. */
final class PoolObserver implements LaneObserver {

  private final List<SpanSink> sinks;
  private final boolean wantsCpuTimes;

  private PoolObserver(List<SpanSink> sinks) {
    this.sinks = sinks;
    boolean wanted = false;
    for (SpanSink sink : sinks) {
      wanted |= sink.wantsCpuTimes();
    }
    this.wantsCpuTimes = wanted;
  }

  /** Returns an observer; null if there is nobody to see anything. */
  static @Nullable LaneObserver of(List<SpanSink> sinks) {
    return sinks.isEmpty() ? null : new PoolObserver(List.copyOf(sinks));
  }

  @Override
  public boolean isListening() {
    return true;
  }

  @Override
  public boolean wantsCpuTimes() {
    return wantsCpuTimes;
  }

  @Override
  public long itemNanos() {
    long least = Long.MAX_VALUE;
    for (SpanSink sink : sinks) {
      least = Math.min(least, sink.itemNanos());
    }
    return least;
  }

  @Override
  public void started(@Nullable Object begun, StartSpan start) {
    for (SpanSink sink : sinks) {
      sink.span(
          SpanSink.Kind.START_UP,
          start.slot(),
          start.worker(),
          start.start(),
          start.end(),
          SpanSink.UNKNOWN,
          SpanSink.NONE,
          SpanSink.NONE,
          0,
          start.failure() != null);
    }
  }

  @Override
  public void ran(@Nullable Object begun, ChunkSpan chunk) {
    tell(SpanSink.Kind.HAND_OVER, chunk, chunk.start(), chunk.runStart(), SpanSink.UNKNOWN);
    tell(SpanSink.Kind.RUN, chunk, chunk.runStart(), chunk.runEnd(), chunk.cpuNanos());
    tell(SpanSink.Kind.HAND_OVER, chunk, chunk.runEnd(), chunk.end(), SpanSink.UNKNOWN);
  }

  private void tell(SpanSink.Kind kind, ChunkSpan chunk, long start, long end, long cpuNanos) {
    for (SpanSink sink : sinks) {
      sink.span(
          kind,
          chunk.slot(),
          chunk.worker(),
          start,
          end,
          cpuNanos,
          chunk.call(),
          chunk.firstIndex(),
          chunk.executed(),
          chunk.failed() > 0);
    }
  }

  @Override
  public void ran(ItemSpan item) {
    for (SpanSink sink : sinks) {
      if (item.end() - item.start() >= sink.itemNanos()) {
        sink.item(
            item.slot(),
            item.worker(),
            item.start(),
            item.end(),
            item.call(),
            item.index(),
            item.failed(),
            item.input());
      }
    }
  }

  @Override
  public void failed(FailedAttempt attempt) {
    for (SpanSink sink : sinks) {
      if (attempt.crash()) {
        sink.crash(
            attempt.slot(), attempt.worker(), attempt.time(), attempt.call(), attempt.index());
      }
      if (attempt.again()) {
        sink.retry(
            attempt.slot(), attempt.worker(), attempt.time(), attempt.call(), attempt.index());
      }
    }
  }
}
