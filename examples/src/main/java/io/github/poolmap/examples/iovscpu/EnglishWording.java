package io.github.poolmap.examples.iovscpu;

import static io.github.poolmap.PoolKind.PROCESSES;
import static io.github.poolmap.PoolKind.THREADS;
import static io.github.poolmap.examples.iovscpu.TaskKind.CPU;
import static io.github.poolmap.examples.iovscpu.TaskKind.IO;

import io.github.poolmap.PoolKind;
import io.github.poolmap.examples.Machine;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The demonstration in English. */
final class EnglishWording implements Wording {

  @Override
  public String kind(PoolKind kind) {
    return switch (kind) {
      case SERIAL -> "serial";
      case THREADS -> "threads";
      case PROCESSES -> "processes";
    };
  }

  @Override
  public String machine(Machine machine) {
    return machine.line();
  }

  @Override
  public String plan(Sizes sizes) {
    return text(
        "Work: %s of each kind on %s; io_costly sleeps %,d ms, cpu_costly sums up n = %,d terms.",
        count(sizes.tasks(), "task"),
        count(sizes.workers(), "worker"),
        sizes.ioMillis(),
        sizes.n());
  }

  @Override
  public String coldStart() {
    return "Cold start: io_costly runs on fresh pools, so its time on processes includes starting"
        + " the worker JVMs.";
  }

  @Override
  public String warmUp(int tasks, int n) {
    return text(
        "Warm-up: before cpu_costly is timed on a pool, each of its workers does %d untimed"
            + " computing tasks (n = %,d), so that the JIT of this JVM and of the worker JVMs has"
            + " compiled the loop.",
        tasks, n);
  }

  @Override
  public String equalResults(double sum) {
    return text("All three kinds of pools gave equal sums, %s for each task.", sum);
  }

  @Override
  public String unequalResults(
      TaskKind task, PoolKind kind, List<Double> expected, List<Double> actual) {
    return text(
        "The results of %s differ: %s gave %s, but serial gave %s.",
        task.label(), kind(kind), actual, expected);
  }

  @Override
  public String tableCorner() {
    return "seconds and speed-up";
  }

  @Override
  public List<String> conclusions(Figures figures, Sizes sizes, Machine machine) {
    if (sizes.concurrency() == 1) {
      return List.of(
          text(
              "With %s only one task runs at a time, so that no kind of pool can gain anything;"
                  + " what differs is the overhead.",
              sizes.workers() == 1 ? "one worker" : "one task"),
          processes(figures));
    }
    return List.of(waiting(figures), computing(figures, machine), processes(figures));
  }

  @Override
  public String files(Path folder) {
    return text(
        "Charts: chart.png and chart.html in %s; report.html has a timeline for each worker, trace.json"
            + " is for trace viewers such as Perfetto.",
        folder);
  }

  private static String waiting(Figures figures) {
    double threads = figures.speedUp(IO, THREADS);
    double processes = figures.speedUp(IO, PROCESSES);
    boolean gain = Effect.of(threads) == Effect.FASTER;
    return text(
        "Waiting: %s%s on threads%s, and %s on processes, with the start of their JVMs.",
        gain ? "the sleeping tasks were " : "these sleeps are too short to gain much: ",
        times(threads),
        gain ? ", because tasks that wait overlap" : "",
        times(processes));
  }

  private static String computing(Figures figures, Machine machine) {
    double threads = figures.speedUp(CPU, THREADS);
    if (Effect.of(threads) == Effect.FASTER) {
      return text(
          "Computing: %s on threads, because the JVM has no global interpreter lock: threads use"
              + " all the cores that they get.",
          times(threads));
    }
    if (machine.cores() == 1) {
      return text(
          "Computing: %s on threads; this machine has one core, so that tasks that compute have to"
              + " take turns.",
          times(threads));
    }
    return text(
        "Computing: %s on threads, no gain in this run. The JVM has no global interpreter lock"
            + " that would forbid one, but tasks may be too short to be worth a hand-over, or the"
            + " cores busy with something else.",
        times(threads));
  }

  private static String processes(Figures figures) {
    double processes = figures.speedUp(CPU, PROCESSES);
    double overThreads = figures.seconds(CPU, THREADS) / figures.seconds(CPU, PROCESSES);
    String comparison =
        switch (Effect.of(overThreads)) {
          case FASTER -> text("that is %.2f times the speed of threads", overThreads);
          case SAME -> "about the same as threads";
          case SLOWER -> text("only %.2f times the speed of threads", overThreads);
        };
    return text(
        "Processes: %s for computing, %s. What they buy on the JVM is not more cores but"
            + " isolation: a crash costs one task, a task can be killed for certain, and each"
            + " worker has a heap of its own.",
        times(processes), comparison);
  }

  private static String times(double speedUp) {
    return text("%.2f times as fast as serially", speedUp);
  }

  private static String count(int number, String noun) {
    return text("%,d %s%s", number, noun, number == 1 ? "" : "s");
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
