package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.PoolKind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The times that were measured: one for each kind of task on each kind of pool. */
final class Figures {

  private final Map<TaskKind, Map<PoolKind, Duration>> times = new EnumMap<>(TaskKind.class);

  void put(TaskKind task, PoolKind pool, Duration time) {
    times.computeIfAbsent(task, t -> new EnumMap<>(PoolKind.class)).put(pool, time);
  }

  double seconds(TaskKind task, PoolKind pool) {
    Map<PoolKind, Duration> row = times.get(task);
    Duration time = row == null ? null : row.get(pool);
    if (time == null) {
      throw new IllegalStateException(task + " was not timed on " + pool);
    }
    return time.toNanos() / 1e9;
  }

  /** How many times as fast as the serial run a pool was. */
  double speedUp(TaskKind task, PoolKind pool) {
    return seconds(task, PoolKind.SERIAL) / seconds(task, pool);
  }
}
