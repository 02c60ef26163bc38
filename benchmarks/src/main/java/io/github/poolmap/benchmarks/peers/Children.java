package io.github.poolmap.benchmarks.peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The processes that this program has started: none outlives it, nor do those that it started. */
public final class Children {

  private static final long PATIENCE_SECONDS = 3;

  /** So long one may take that heeds the end of its input. */
  private static final long KIND_SECONDS = 1;

  private static final long FAMILY_PATIENCE_SECONDS = 1;

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
    List<ProcessHandle> family = process.descendants().toList();
    try {
      closeInput(process);
      if (!process.waitFor(KIND_SECONDS, TimeUnit.SECONDS)) {
        process.destroy();
        process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    awaitEnd(family);
    family.forEach(ProcessHandle::destroyForcibly);
  }

  /** Peers in Python end with their input, and clear away what they have made. */
  private static void closeInput(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended.
    }
  }

  /** Lets them end by themselves: one of loky's deletes what the others have left. */
  private static void awaitEnd(List<ProcessHandle> family) {
    CompletableFuture<Void> end =
        CompletableFuture.allOf(
            family.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new));
    try {
      end.get(FAMILY_PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // They are killed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
