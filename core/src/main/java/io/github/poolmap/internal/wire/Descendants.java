package io.github.poolmap.internal.wire;

import java.util.Arrays;
import java.util.List;

/** The processes that a worker has started, and those that these have started. */
public final class Descendants {

  /** The main class of workers; by name only, the parent does not load it. */
  public static final String WORKER_MAIN = "io.github.poolmap.internal.worker.WorkerMain";

  private Descendants() {}

  /**
   * Returns those that end by being killed only. Workers of a worker are not among them: they see
   * that it is gone, end what they have started and clean up, which they could not if they were
   * killed.
   */
  public static List<ProcessHandle> toKill(ProcessHandle worker) {
    return worker.descendants().filter(process -> !isWorker(process)).toList();
  }

  private static boolean isWorker(ProcessHandle process) {
    return process.info().arguments().stream()
        .flatMap(Arrays::stream)
        .anyMatch(WORKER_MAIN::equals);
  }
}
