package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.Mapper;
import io.github.poolmap.Pool;
import io.github.poolmap.PoolKind;
import io.github.poolmap.Pools;
import io.github.poolmap.Trace;
import io.github.poolmap.examples.Machine;
import io.github.poolmap.examples.TextTable;
import io.github.poolmap.examples.TimeDelta;
import io.github.poolmap.examples.Timed;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Times both kinds of tasks on all kinds of pools and prints what it finds. */
final class Demonstration {

  private final Sizes sizes;
  private final Wording wording;
  private final PrintWriter out;
  private final @Nullable Path charts;
  private final Figures figures = new Figures();

  /**
   * Prepares a demonstration.
   *
   * @param charts where charts and a report go; null if nobody wants them
   */
  Demonstration(Sizes sizes, Wording wording, PrintWriter out, @Nullable Path charts) {
    this.sizes = sizes;
    this.wording = wording;
    this.out = out;
    this.charts = charts;
  }

  void run() throws Exception {
    Machine machine = Machine.here();
    out.println(wording.machine(machine));
    out.println(wording.plan(sizes));
    double sum;
    Trace trace = Trace.create();
    Pools.Builder builder = Pools.builder().workers(sizes.workers());
    if (charts != null) {
      builder.trace(trace);
    }
    try (Pools pools = builder.build()) {
      Map<PoolKind, Pool<Object, Object>> byKind = new EnumMap<>(PoolKind.class);
      for (PoolKind kind : PoolKind.values()) {
        byKind.put(kind, pools.pool(kind));
      }
      out.println(wording.coldStart());
      timeOnAll(TaskKind.IO, byKind);
      out.println(wording.warmUp(WarmUp.TASKS_PER_WORKER, WarmUp.N));
      sum = timeOnAll(TaskKind.CPU, byKind);
    }
    out.println(wording.equalResults(sum));
    out.println();
    table().lines().forEach(out::println);
    out.println();
    List<String> conclusions = wording.conclusions(figures, sizes, machine);
    conclusions.forEach(out::println);
    if (charts != null) {
      List<String> missing =
          new ChartFiles(charts, wording).write(figures, wording.plan(sizes), conclusions, trace);
      out.println();
      out.println(wording.files(charts));
      missing.forEach(out::println);
    }
  }

  /** Times one kind of task on pool after pool and gives the result that all agree on. */
  private double timeOnAll(TaskKind task, Map<PoolKind, Pool<Object, Object>> pools)
      throws Exception {
    Mapper<Integer, Double> mapper = Sizes.mapper(task);
    List<Integer> inputs = sizes.inputs(task);
    Agreement agreement = new Agreement();
    for (Map.Entry<PoolKind, Pool<Object, Object>> entry : pools.entrySet()) {
      PoolKind kind = entry.getKey();
      Pool<Object, Object> pool = entry.getValue();
      if (task == TaskKind.CPU) {
        // Just before, so that no worker has been idle for long and been ended for it.
        WarmUp.of(kind, pool);
      }
      Timed<List<Double>> timed = Timed.time(() -> pool.map(mapper, inputs));
      figures.put(task, kind, timed.duration());
      out.println(
          task.label() + " , " + wording.kind(kind) + " " + TimeDelta.format(timed.duration()));
      agreement.accept(
          timed.value(), expected -> wording.unequalResults(task, kind, expected, timed.value()));
    }
    return agreement.results().get(0);
  }

  private TextTable table() {
    List<String> header = new ArrayList<>(List.of(wording.tableCorner()));
    for (PoolKind kind : PoolKind.values()) {
      header.add(wording.kind(kind));
    }
    TextTable table = new TextTable().row(header);
    for (TaskKind task : TaskKind.values()) {
      List<String> row = new ArrayList<>(List.of(task.label()));
      for (PoolKind kind : PoolKind.values()) {
        row.add(
            String.format(
                Locale.ROOT,
                "%.3f s %6.2fx",
                figures.seconds(task, kind),
                figures.speedUp(task, kind)));
      }
      table.row(row);
    }
    return table;
  }
}
