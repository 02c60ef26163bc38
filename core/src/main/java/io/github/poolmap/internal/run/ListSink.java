package io.github.poolmap.internal.run;

import io.github.poolmap.PoolException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The results of a call that fails fast, in the order of the inputs. */
final class ListSink extends Sink {

  private static final int MOST_SUPPRESSED = 10;

  private final boolean keepsResults;
  private final TreeMap<Long, Settled> failures = new TreeMap<>();
  private @Nullable Object[] results = new Object[16];
  private boolean sized;

  /**
   * Makes a sink.
   *
   * @param keepsResults false if nobody wants them
   */
  ListSink(boolean keepsResults) {
    this.keepsResults = keepsResults;
  }

  @Override
  OnFailure onFailure() {
    return OnFailure.STOP;
  }

  @Override
  void expect(int size) {
    if (keepsResults) {
      results = Arrays.copyOf(results, size);
      sized = true;
    }
  }

  @Override
  @Nullable Object @Nullable [] target() {
    return sized ? results : null;
  }

  @Override
  void succeed(Chunk<?> chunk, int position) {
    if (!keepsResults) {
      return;
    }
    int index = Math.toIntExact(chunk.index(position));
    if (index >= results.length) {
      results = Arrays.copyOf(results, Math.max(index + 1, index + (index >> 1)));
    }
    results[index] = chunk.value(position);
  }

  @Override
  void fail(Settled failed) {
    failures.put(failed.index(), failed);
  }

  @Override
  void leaveOpen(Settled unfinished) {}

  /** Returns the results; nothing of the run is under way any more. */
  List<Object> results(int size) {
    @Nullable Object[] all = keepsResults ? results : new Object[0];
    int length = keepsResults ? size : 0;
    return Collections.unmodifiableList(
        Arrays.asList(all.length == length ? all : Arrays.copyOf(all, length)));
  }

  /**
   * Makes the exception of the failure with the lowest index, with the others as suppressed ones;
   * null if there is no failure. Runs user code.
   */
  @Nullable PoolException failure(long items) {
    Map.Entry<Long, Settled> first = failures.firstEntry();
    if (first == null || first.getValue().failure() == null) {
      return null;
    }
    Settled lowest = first.getValue();
    ItemFailure failure = lowest.failure();
    if (failure == null) {
      return null;
    }
    PoolException thrown =
        lowest.exception(failure, failures.size() == 1 ? "" : "; " + digest(items));
    failures.tailMap(lowest.index(), false).values().stream()
        .limit(MOST_SUPPRESSED)
        .map(Settled::exception)
        .forEach(thrown::addSuppressed);
    return thrown;
  }

  /** For example "3 of 1,000 failed: 2 x IOException, first at 17; 1 x TimeoutException, at 40". */
  private String digest(long items) {
    record Kind(long first, int count) {}
    Map<String, Kind> kinds = new LinkedHashMap<>();
    failures.forEach(
        (index, settled) -> {
          ItemFailure failure = settled.failure();
          String label = failure == null ? "" : failure.label();
          kinds.merge(
              label, new Kind(index, 1), (all, one) -> new Kind(all.first(), all.count() + 1));
        });
    StringBuilder text =
        new StringBuilder(String.format(Locale.ROOT, "%,d of %,d failed", failures.size(), items));
    String separator = ": ";
    for (Map.Entry<String, Kind> kind : kinds.entrySet()) {
      int count = kind.getValue().count();
      text.append(separator)
          .append(String.format(Locale.ROOT, "%,d x %s, ", count, kind.getKey()))
          .append(count == 1 ? "at " : "first at ")
          .append(kind.getValue().first());
      separator = "; ";
    }
    return text.toString();
  }
}
