package io.github.poolmap.examples.iovscpu;

import io.github.poolmap.examples.ExampleCommand;
import io.github.poolmap.examples.IntRange;
import io.github.poolmap.examples.WorkersOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the demonstration. */
@Command(
    name = "io-vs-cpu",
    sortOptions = false,
    description = {
      "Times tasks that wait and tasks that compute, serially, on threads and on processes.",
      "Exit status: 0, or 1 if results differ or --verify misses a goal, or 2 for wrong options."
    })
public final class IoVsCpuCommand extends ExampleCommand {

  private static final int TASKS = 10;
  private static final int IO_MILLIS = 1_000;
  private static final int N = 50_000_000;
  private static final int PUBLISHED_N = 500_000;
  private static final int VERIFY_N = 20_000_000;

  @Option(
      names = "--tasks",
      converter = TaskRange.class,
      description = "Tasks of each kind, 1 to 10000 (default: 10).")
  private @Nullable Integer tasks;

  @Option(
      names = "--io-millis",
      converter = MillisRange.class,
      description = "How long an io_costly task sleeps, 0 to 3600000 ms (default: 1000).")
  private @Nullable Integer ioMillis;

  @Option(
      names = "--n",
      converter = TermRange.class,
      description =
          "How many terms a cpu_costly task sums up, 1 to 1000000000 (default: 50000000;"
              + " with --verify 20000000).")
  private @Nullable Integer n;

  @Mixin private WorkersOption workers;

  @Option(
      names = "--as-published",
      description = "The size of the original: --tasks 10 --io-millis 1000 --n 500000.")
  private boolean asPublished;

  @Option(
      names = "--lang",
      paramLabel = "en|zh",
      description = "Language of the output (default: en); with --verify always en.")
  private Language language = Language.EN;

  @Option(
      names = "--verify",
      description = "Instead measure the pools against hand-written code, computing only.")
  private boolean verify;

  @Option(
      names = "--chart",
      paramLabel = "DIR",
      description = {
        "Also write charts of the times, and a report with a timeline for each worker, into this"
            + " folder."
      })
  private @Nullable Path chart;

  @Override
  public Integer call() throws Exception {
    Sizes sizes = sizes();
    if (chart != null) {
      makeFolder(chart);
    }
    PrintWriter out = out();
    try {
      if (verify) {
        return new Verification(sizes, out).run() ? 0 : 1;
      }
      new Demonstration(sizes, Wording.in(language), out, chart).run();
      return 0;
    } catch (UnequalResultsException failure) {
      err().println(failure.getMessage());
      return 1;
    } finally {
      out.flush();
    }
  }

  private Sizes sizes() {
    if (asPublished) {
      rejectBesideAsPublished("--tasks", tasks);
      rejectBesideAsPublished("--io-millis", ioMillis);
      rejectBesideAsPublished("--n", n);
    }
    if (verify && chart != null) {
      throw wrong("--verify prints figures only and cannot be combined with --chart");
    }
    if (verify && ioMillis != null) {
      throw wrong("--verify measures computing only and cannot be combined with --io-millis");
    }
    int defaultN = asPublished ? PUBLISHED_N : verify ? VERIFY_N : N;
    return new Sizes(
        tasks == null ? TASKS : tasks,
        ioMillis == null ? IO_MILLIS : ioMillis,
        n == null ? defaultN : n,
        workers.count());
  }

  /** Before anything is measured, so that nobody waits for what cannot be written. */
  private void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw wrong("--chart = " + folder + " is no folder and cannot be made one: " + e);
    }
  }

  private void rejectBesideAsPublished(String option, @Nullable Integer value) {
    if (value != null) {
      throw wrong(
          "--as-published stands for --tasks 10 --io-millis 1000 --n 500000 and cannot be"
              + " combined with "
              + option);
    }
  }

  /** What {@code --tasks} takes. */
  static final class TaskRange extends IntRange {

    TaskRange() {
      super(1, 10_000);
    }
  }

  /** What {@code --io-millis} takes. */
  static final class MillisRange extends IntRange {

    MillisRange() {
      super(0, 3_600_000);
    }
  }

  /** What {@code --n} takes. */
  static final class TermRange extends IntRange {

    TermRange() {
      super(1, 1_000_000_000);
    }
  }
}
