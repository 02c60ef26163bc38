package io.github.poolmap.examples.sharedmatrix;

import io.github.poolmap.examples.Checks;
import io.github.poolmap.examples.ExampleCommand;
import io.github.poolmap.examples.IntRange;
import io.github.poolmap.examples.Numbers;
import io.github.poolmap.examples.WorkersOption;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the large array. */
@Command(
    name = "shared-matrix",
    sortOptions = false,
    description = {
      "Convolves a large array of doubles with many filters, one task each: the array shared with"
          + " the workers once, or sent with every task.",
      "Exit status: 0, or 1 if sums differ from those of a loop, or 2 for wrong options."
    })
public final class SharedMatrixCommand extends ExampleCommand {

  /** The array, what is sent of it, and what has been received. */
  private static final int HEAP_FOR_SHARING = 2;

  private static final int HEAP_FOR_SENDING = 4;

  @Option(
      names = "--megabytes",
      converter = SizeRange.class,
      description = "Size of the array, 1 to 1500 MiB (default: 200).")
  private int megabytes = 200;

  @Option(
      names = "--filters",
      converter = FilterRange.class,
      description = "How many filters, 1 to 10000 (default: 24).")
  private int filters = 24;

  @Option(
      names = "--sent-tasks",
      converter = SentRange.class,
      description =
          "For how many of them the array is sent with the task, 0 to 100 (default: 4; it takes"
              + " longer).")
  private int sentTasks = 4;

  @Mixin private WorkersOption workers;

  @Override
  public Integer call() throws Exception {
    int sent = Math.min(sentTasks, filters);
    String complaint =
        heapComplaint(megabytes, sent, Runtime.getRuntime().maxMemory() / Numbers.MIB);
    if (!complaint.isEmpty()) {
      throw wrong(complaint);
    }
    Checks checks = new Checks(out());
    int side = (int) Math.sqrt(megabytes * Numbers.MIB / (double) Double.BYTES);
    new SharedMatrix(side, filters, sent, workers.count(), out()).run(checks);
    out().flush();
    return checks.status();
  }

  /**
   * Says what is wrong if a JVM has not the heap that it takes.
   *
   * @return nothing if it has
   */
  static String heapComplaint(int megabytes, int sentTasks, long heapMegabytes) {
    long needed = megabytes * (long) (sentTasks == 0 ? HEAP_FOR_SHARING : HEAP_FOR_SENDING);
    return heapMegabytes >= needed
        ? ""
        : String.format(
            Locale.ROOT,
            "--megabytes %d takes a heap of %d MiB, this JVM has %d: make it smaller,%s or give it"
                + " more (java -Xmx%dm -jar ...)",
            megabytes,
            needed,
            heapMegabytes,
            sentTasks == 0 ? "" : " send no array (--sent-tasks 0),",
            needed);
  }

  /** What {@code --megabytes} takes. */
  static final class SizeRange extends IntRange {

    SizeRange() {
      super(1, 1_500);
    }
  }

  /** What {@code --filters} takes. */
  static final class FilterRange extends IntRange {

    FilterRange() {
      super(1, 10_000);
    }
  }

  /** What {@code --sent-tasks} takes. */
  static final class SentRange extends IntRange {

    SentRange() {
      super(0, 100);
    }
  }
}
