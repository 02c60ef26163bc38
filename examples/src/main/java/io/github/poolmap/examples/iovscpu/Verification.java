package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.Pool;
import io.github.poolmap.PoolKind;
import io.github.poolmap.Pools;
import io.github.poolmap.examples.TextTable;
import io.github.poolmap.examples.Timed;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

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
    out.println(new EnglishWording().machine(Machine.here()));
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
      Map<Contender, Callable<List<Double>>> work = new EnumMap<>(Contender.class);
      work.put(Contender.LOOP, () -> HandWritten.inLoop(inputs));
      work.put(Contender.HAND_WRITTEN, () -> handWritten.onThreads(inputs));
      work.put(Contender.THREADS, () -> threads.map(Tasks::cpuCostly, inputs));
      work.put(Contender.PROCESSES, () -> processes.map(Tasks::cpuCostly, inputs));
      out.println(line("round", Contender::label));
      for (int round = 0; round < ROUNDS; round++) {
        Map<Contender, Double> seconds = oneRound(round, work);
        rounds.add(seconds);
        out.println(line(Integer.toString(round + 1), contender -> format(seconds.get(contender))));
      }
    }
    return conclude(rounds);
  }
}
