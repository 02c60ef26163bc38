package io.github.poolmap.benchmarks.peers;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The processes that this program has started: none outlives it, nor do those that it started. */
public final class Children {

  private static final long PATIENCE_SECONDS = 3;

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Children::end), "end-children"));
  }

  private Children() {}

  /**
   * A process that is ended when this is closed.
   *
   * @param process the process
   */
  public record Child(Process process) implements AutoCloseable {

    /** Waits for its end, and tells whether it came in time. */
    public boolean endsWithin(Duration limit) throws InterruptedException {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      end(process);
      RUNNING.remove(process);
    }
  }

  /** Has a process ended with this program. */
  public static Child watch(Process process) {
    RUNNING.add(process);
    return new Child(process);
  }

  private static void end(Process process) {
    // Once it has ended nobody knows any more whom it started.
    ProcessHandle[] family = process.descendants().toArray(ProcessHandle[]::new);
    process.destroy();
    try {
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    for (ProcessHandle member : family) {
      member.destroyForcibly();
    }
  }
}
