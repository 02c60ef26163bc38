package io.github.poolmap.examples.crashcontainment;

import io.github.poolmap.examples.ExampleCommand;
import io.github.poolmap.examples.IntRange;
import io.github.poolmap.examples.Numbers;
import io.github.poolmap.examples.WorkersOption;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the bad tasks. */
@Command(
    name = "crash-containment",
    sortOptions = false,
    description = {
      "Runs many good tasks and four that end their JVM or never end, on a process pool.",
      "Exit status: 0, or 1 if the bad ones cost more than themselves, or 2 for wrong options."
    })
public final class CrashContainmentCommand extends ExampleCommand {

  @Option(
      names = "--tasks",
      converter = TaskRange.class,
      description = "Good tasks, 1 to 1000000 (default: 1000).")
  private int tasks = 1_000;

  @Mixin private WorkersOption workers;

  @Option(
      names = "--heap-mb",
      converter = HeapRange.class,
      description = "Heap of each worker, 32 to 1024 MiB (default: 64).")
  private int heapMb = 64;

  @Option(
      names = "--task-timeout-millis",
      converter = TimeoutRange.class,
      description = "Time limit of a task, 200 to 60000 ms (default: 5000).")
  private int taskTimeoutMillis = 5_000;

  @Override
  public Integer call() throws Exception {
    Containment containment =
        new Containment(
            tasks,
            workers.count(),
            heapMb * Numbers.MIB,
            Duration.ofMillis(taskTimeoutMillis),
            out());
    int status = containment.run();
    out().flush();
    return status;
  }

  /** What {@code --tasks} takes. */
  static final class TaskRange extends IntRange {

    TaskRange() {
      super(1, 1_000_000);
    }
  }

  /** What {@code --heap-mb} takes. */
  static final class HeapRange extends IntRange {

    HeapRange() {
      super(32, 1_024);
    }
  }

  /** What {@code --task-timeout-millis} takes. */
  static final class TimeoutRange extends IntRange {

    TimeoutRange() {
      super(200, 60_000);
    }
  }
}
