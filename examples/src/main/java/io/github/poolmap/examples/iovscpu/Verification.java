package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.Pool;
import io.github.poolmap.PoolKind;
import io.github.poolmap.Pools;
import io.github.poolmap.examples.Machine;
import io.github.poolmap.examples.Timed;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** Measures what the pools cost for computing, compared with hand-written code. */
final class Verification {

  private static final int ROUNDS = 9;

  private static final List<Goal> GOALS =
      List.of(new Goal(Contender.THREADS, 1.05), new Goal(Contender.PROCESSES, 1.1));

  private final Sizes sizes;
  private final PrintWriter out;

  Verification(Sizes sizes, PrintWriter out) {
    this.sizes = sizes;
    this.out = out;
  }

  /** Runs the rounds and tells whether all goals are met. */
  boolean run() throws Exception {
    out.println(Machine.here().line());
    out.printf(
        Locale.ROOT,
        "Work: %,d computing tasks of n = %,d a round, %,d workers, %d rounds in rotating order,"
            + " seconds.%n",
        sizes.tasks(),
        sizes.n(),
        sizes.workers(),
        ROUNDS);
    Rounds rounds = new Rounds();
    try (HandWritten handWritten = new HandWritten(sizes.workers());
        Pools pools = Pools.builder().workers(sizes.workers()).build()) {
      Pool<Integer, Object> threads = pools.pool(PoolKind.THREADS);
      Pool<Integer, Object> processes = pools.pool(PoolKind.PROCESSES);
      warmUp(handWritten, threads, processes);
      List<Integer> inputs = sizes.inputs(TaskKind.CPU);
      List<Entrant> entrants =
          List.of(
              new Entrant(Contender.LOOP, () -> HandWritten.inLoop(inputs)),
              new Entrant(Contender.HAND_WRITTEN, () -> handWritten.onThreads(inputs)),
              new Entrant(Contender.THREADS, () -> threads.map(Tasks::cpuCostly, inputs)),
              new Entrant(Contender.PROCESSES, () -> processes.map(Tasks::cpuCostly, inputs)));
      printRow("round", Contender::label);
      for (int round = 0; round < ROUNDS; round++) {
        double[] seconds = oneRound(round, entrants);
        rounds.add(seconds);
        printRow(Integer.toString(round + 1), contender -> seconds(seconds[contender.ordinal()]));
      }
    }
    return conclude(rounds);
  }

  private void warmUp(
      HandWritten handWritten, Pool<Integer, Object> threads, Pool<Integer, Object> processes)
      throws Exception {
    List<Integer> inputs = Collections.nCopies(WarmUp.TASKS_PER_WORKER * sizes.workers(), WarmUp.N);
    HandWritten.inLoop(inputs);
    handWritten.onThreads(inputs);
    WarmUp.of(PoolKind.THREADS, threads);
    WarmUp.of(PoolKind.PROCESSES, processes);
    out.printf(
        Locale.ROOT,
        "Warm-up: each contender and each worker did %d computing tasks (n = %,d).%n",
        WarmUp.TASKS_PER_WORKER,
        WarmUp.N);
  }

  /** Has each contender do the work once; who is first changes from round to round. */
  private static double[] oneRound(int round, List<Entrant> entrants) throws Exception {
    List<Entrant> order = new ArrayList<>(entrants);
    Collections.rotate(order, -round);
    double[] seconds = new double[entrants.size()];
    Agreement agreement = new Agreement();
    for (Entrant entrant : order) {
      Contender contender = entrant.contender();
      Timed<List<Double>> timed = Timed.time(entrant.work());
      seconds[contender.ordinal()] = timed.duration().toNanos() / 1e9;
      agreement.accept(
          timed.value(),
          expected ->
              "The results of "
                  + contender.label()
                  + " differ: "
                  + timed.value()
                  + " instead of "
                  + expected);
    }
    return seconds;
  }

  private boolean conclude(Rounds rounds) {
    printRow("median", contender -> seconds(rounds.median(contender)));
    GOALS.forEach(goal -> out.println(goal.verdict(rounds)));
    out.printf(
        Locale.ROOT,
        "hand-written on %,d threads over the serial loop: %.2f times as fast%n",
        sizes.workers(),
        rounds.ratioOfMedians(Contender.LOOP, Contender.HAND_WRITTEN));
    return GOALS.stream().allMatch(goal -> goal.isMet(rounds));
  }

  private void printRow(String label, Function<Contender, String> cell) {
    StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-8s", label));
    for (Contender contender : Contender.values()) {
      row.append(String.format(Locale.ROOT, "%14s", cell.apply(contender)));
    }
    out.println(row);
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.4f", seconds);
  }

  /** A contender and its way to do the work of a round. */
  private record Entrant(Contender contender, Callable<List<Double>> work) {}
}
