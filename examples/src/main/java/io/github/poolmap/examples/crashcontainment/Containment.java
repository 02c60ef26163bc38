package io.github.poolmap.examples.crashcontainment;

import io.github.poolmap.Outcome;
import io.github.poolmap.PoolException;
import io.github.poolmap.ProcessPool;
import io.github.poolmap.StartStrategy;
import io.github.poolmap.TaskTimeoutException;
import io.github.poolmap.WorkerCrashedException;
import io.github.poolmap.WorkerOutput;
import io.github.poolmap.examples.Checks;
import io.github.poolmap.examples.Machine;
import io.github.poolmap.examples.Numbers;
import io.github.poolmap.examples.TemporaryFolder;
import io.github.poolmap.examples.TextTable;
import io.github.poolmap.examples.TimeDelta;
import io.github.poolmap.examples.Timed;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs good and bad tasks on a process pool and tells what became of them.
 *
 * @param good how many good ones
 * @param workers how many processes
 * @param heap bytes of heap of each
 * @param taskTimeout how long a task may take
 * @param out where it is told
 */
record Containment(int good, int workers, long heap, Duration taskTimeout, PrintWriter out) {

  /** A loop that is deaf to its interrupt is killed after that. */
  private static final Duration GRACE = Duration.ofMillis(300);

  private static final int SECONDS_TO_END = 10;

  /** Runs them and returns the exit status. */
  int run() throws Exception {
    List<Job> jobs = Job.among(good);
    out.println(Machine.here().line());
    out.printf(
        Locale.ROOT,
        "Work: %,d good tasks and %d bad ones on %,d worker processes with a heap of %,d MiB;"
            + " time limit of a task %,d ms.%n",
        good,
        jobs.size() - good,
        workers,
        heap / Numbers.MIB,
        taskTimeout.toMillis());
    try (TemporaryFolder folder = new TemporaryFolder("crash-containment")) {
      StartLog log = StartLog.in(folder.path());
      Timed<List<Outcome<Job, Integer>>> timed = Timed.time(() -> outcomes(jobs, log));
      out.println("All outcomes after " + TimeDelta.format(timed.duration()) + ".");
      List<StartLog.Start> starts = log.starts();
      tell(timed.value(), starts);
      return check(timed.value(), starts);
    }
  }

  private List<Outcome<Job, Integer>> outcomes(List<Job> jobs, StartLog log) {
    try (ProcessPool<Job, Integer> pool =
        ProcessPool.<Job, Integer>builder()
            .workers(workers)
            .maxHeap(heap)
            // What a dying JVM prints is in the errors as well.
            .output(WorkerOutput.DISCARD)
            // So that no worker outlives the pool.
            .startStrategy(StartStrategy.spawn())
            .options(o -> o.taskTimeout(taskTimeout).gracePeriod(GRACE))
            .build()) {
      return pool.mapOutcomes(new JobRunner(log), jobs);
    }
  }

  private void tell(List<Outcome<Job, Integer>> outcomes, List<StartLog.Start> starts) {
    TextTable table =
        new TextTable().row(List.of("task that", "ended with", "status", "worker pid", "attempts"));
    List<String> messages = new ArrayList<>();
    for (Outcome<Job, Integer> outcome : outcomes) {
      PoolException failure = outcome.failure();
      if (failure != null) {
        Misdeed misdeed = outcome.input().misdeed();
        table.row(
            List.of(
                misdeed == null ? "is a good one" : misdeed.label(),
                ending(failure),
                status(failure),
                Long.toString(pid(outcome.input(), starts)),
                Integer.toString(outcome.attempts())));
        messages.add(
            failure.getClass().getSimpleName()
                + ": "
                + String.valueOf(failure.getMessage()).lines().findFirst().orElse(""));
      }
    }
    out.println();
    table.lines().forEach(out::println);
    out.println();
    messages.forEach(out::println);
    out.println();
  }

  private static String ending(PoolException failure) {
    if (failure instanceof WorkerCrashedException crash) {
      return crash.reason().toString();
    }
    return failure instanceof TaskTimeoutException
        ? "time limit"
        : failure.getClass().getSimpleName();
  }

  private static String status(PoolException failure) {
    if (!(failure instanceof WorkerCrashedException crash)) {
      return failure instanceof TaskTimeoutException ? "killed by the pool" : "";
    }
    return crash.signal() == null
        ? Integer.toString(crash.exitStatus())
        : crash.exitStatus() + " (" + crash.signal() + ")";
  }

  /** Returns the process that the task has written itself that it is; 0 if it has not. */
  private static long pid(Job job, List<StartLog.Start> starts) {
    return starts.stream()
        .filter(start -> start.index() == job.index())
        .mapToLong(StartLog.Start::pid)
        .findFirst()
        .orElse(0);
  }

  private int check(List<Outcome<Job, Integer>> outcomes, List<StartLog.Start> starts)
      throws Exception {
    Checks checks = new Checks(out);
    long right =
        outcomes.stream()
            .filter(Outcome::isSuccess)
            .filter(outcome -> outcome.input().misdeed() == null)
            .filter(outcome -> outcome.value() == outcome.input().steps())
            .count();
    checks.check(
        right == good,
        String.format(Locale.ROOT, "%,d of %,d good tasks came back right", right, good));
    Map<Integer, Long> counts =
        starts.stream()
            .collect(Collectors.groupingBy(StartLog.Start::index, Collectors.counting()));
    boolean once =
        outcomes.stream().allMatch(o -> o.attempts() == 1)
            && counts.size() == outcomes.size()
            && counts.values().stream().allMatch(count -> count == 1);
    checks.check(
        once,
        String.format(
            Locale.ROOT,
            "each of the %,d was started exactly once, by what the tasks have written into a file",
            outcomes.size()));
    for (Misdeed misdeed : Misdeed.values()) {
      checks.check(
          outcomes.stream()
              .filter(outcome -> outcome.input().misdeed() == misdeed)
              .allMatch(outcome -> isToldRight(misdeed, outcome.failure())),
          "the task that " + misdeed.label() + " is told for what it was");
    }
    checks.check(
        outcomes.stream()
            .allMatch(
                outcome ->
                    !(outcome.failure() instanceof WorkerCrashedException crash)
                        || crash.pid() == pid(outcome.input(), starts)),
        "each crash is told of the process that the task ran in");
    List<Long> left = processesLeft(starts);
    checks.check(
        left.isEmpty(),
        "no worker is left" + (left.isEmpty() ? "" : ", but for the processes " + left));
    return checks.status();
  }

  private static boolean isToldRight(Misdeed misdeed, @Nullable PoolException failure) {
    if (!(failure instanceof WorkerCrashedException crash)) {
      return misdeed == Misdeed.ENDLESS_LOOP && failure instanceof TaskTimeoutException;
    }
    return switch (misdeed) {
      case NATIVE_CRASH ->
          crash.reason() == WorkerCrashedException.Reason.NATIVE_CRASH
              && crash.crashReport().contains("SIGSEGV");
      case HOARDING -> crash.reason() == WorkerCrashedException.Reason.OUT_OF_MEMORY;
      case EXIT ->
          crash.reason() == WorkerCrashedException.Reason.EXIT
              && crash.exitStatus() == Misdeed.EXIT_STATUS;
      case ENDLESS_LOOP -> false;
    };
  }

  private static List<Long> processesLeft(List<StartLog.Start> starts) throws Exception {
    List<Long> left = new ArrayList<>();
    for (long pid : starts.stream().map(StartLog.Start::pid).distinct().toList()) {
      Optional<ProcessHandle> process = ProcessHandle.of(pid);
      if (process.isPresent()) {
        try {
          process.get().onExit().get(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          left.add(pid);
        }
      }
    }
    return left;
  }
}
