package io.github.poolmap.internal.run;

import java.util.concurrent.atomic.LongAdder;

/** Counts what the workers of one engine have done. Safe for use by many threads. */
final class Counters {
  final LongAdder calls = new LongAdder();
  final LongAdder items = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder crashes = new LongAdder();
}
