package io.github.poolmap.internal.observe;

import io.github.poolmap.PoolKind;
import java.time.Instant;
import java.util.List;

/**
 * What a timeline held at one moment.
 *
 * @param startTime when it was made, by the clock on the wall
 * @param startNanos when it was made, by {@link System#nanoTime}
 * @param pools those of which there is something to show
 * @param most how many spans the timeline keeps
 * @param dropped how many spans were not kept
 */
public record Snapshot(
    Instant startTime, long startNanos, List<Pool> pools, int most, long dropped) {

  /**
   * A pool.
   *
   * @param workers how many items it runs at a time at most; 0 if that changes
   * @param lanes what did something, by slot
   * @param runTimes how many items took how long, see {@link RunTimes}
   * @param slowest the slowest items, the slowest first
   */
  record Pool(
      String name,
      PoolKind kind,
      int workers,
      List<Lane> lanes,
      long[] runTimes,
      List<SlowestItems.Item> slowest) {

    /** Returns when the first span of any lane began. */
    long start() {
      long first = lanes.get(0).totals().start();
      for (Lane each : lanes) {
        first = each.totals().start() - first < 0 ? each.totals().start() : first;
      }
      return first;
    }

    /** Returns when the last span of any lane ended. */
    long end() {
      long last = lanes.get(0).totals().end();
      for (Lane each : lanes) {
        last = each.totals().end() - last > 0 ? each.totals().end() : last;
      }
      return last;
    }
  }

  /**
   * What one lane has done.
   *
   * @param slot its number, from 0
   * @param spans what was kept, by start; of two that begin together the longer one first
   * @param totals the sums, with what was not kept
   */
  record Lane(int slot, List<Span> spans, Totals totals) {}
}
