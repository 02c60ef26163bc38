package io.github.poolmap.internal.process;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heaps of all workers that live. Each pool by itself stays within the memory; several may not,
 * and then the system ends one process or another. One warning a program says so.
 */
final class LiveHeaps {

  private static final Logger LOG = LoggerFactory.getLogger(LiveHeaps.class);

  /** Those of this program. */
  static final LiveHeaps PROGRAM = new LiveHeaps();

  private final Map<Object, Long> heaps = new ConcurrentHashMap<>();
  private final AtomicBoolean told = new AtomicBoolean();

  /**
   * A worker is there.
   *
   * @param heapBytes the largest heap that it may have
   * @param memory how much there is
   */
  void add(Object worker, long heapBytes, long memory) {
    if (heapBytes == Memory.UNKNOWN || memory == Memory.UNKNOWN) {
      return;
    }
    heaps.put(worker, heapBytes);
    long sum = heaps.values().stream().mapToLong(Long::longValue).sum();
    if (sum > memory && !told.getAndSet(true)) {
      LOG.warn(
          "the heaps of {} live workers may grow to {} together, more than the {} that this program"
              + " may use; set maxHeap(...), use fewer workers, or close pools earlier",
          heaps.size(),
          Slice.mebibytes(sum),
          Slice.mebibytes(memory));
    }
  }

  /** It is no more. */
  void remove(Object worker) {
    heaps.remove(worker);
  }
}
