package io.github.poolmap.internal.process;

import java.util.concurrent.atomic.LongAdder;

/** Counts what one pool has shipped to its workers. Safe for use by many threads. */
final class ShippingMeter {

  private final LongAdder count = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  void count(int contents, long size) {
    count.add(contents);
    bytes.add(size);
  }

  long count() {
    return count.sum();
  }

  long bytes() {
    return bytes.sum();
  }
}
