package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerCrashedException.Death;
import io.github.poolmap.WorkerCrashedException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds out why a worker JVM is no more. */
final class Autopsy {

  private static final int REPORT_LINES = 40;

  /** What the JVM says when it obeys ExitOnOutOfMemoryError, which exits with status 3. */
  private static final String HEAP_EXHAUSTED = "Terminating due to java.lang.OutOfMemoryError";

  private static final int HEAP_EXHAUSTED_STATUS = 3;

  private Autopsy() {}

  /**
   * Examines a worker whose channel has ended.
   *
   * @param violation what it said that no worker says, null if it only fell silent
   */
  static Death examine(ChildJvm worker, int slot, @Nullable IOException violation) {
    try {
      if (violation == null) {
        worker.awaitDeath();
      }
    } catch (InterruptedException e) {
      // Nobody interrupts a lane; if user code did, the report has less to tell.
      Thread.currentThread().interrupt();
    }
    boolean lived = worker.isAlive();
    int status = worker.exitStatus();
    String tail = worker.stderrTail();
    String report = crashReport(worker.folder().crashReport());
    String signal = null;
    Reason reason;
    if (violation != null || lived) {
      reason = Reason.PROTOCOL;
    } else if (worker.wasKilled()) {
      reason = Reason.STOPPED;
      signal = Exit.signal(status);
    } else if (!report.isEmpty()) {
      reason = Reason.NATIVE_CRASH;
      signal = Exit.signal(status);
    } else if (status == HEAP_EXHAUSTED_STATUS && tail.contains(HEAP_EXHAUSTED)) {
      reason = Reason.OUT_OF_MEMORY;
    } else {
      signal = Exit.signal(status);
      reason = signal == null ? Reason.EXIT : Reason.SIGNAL;
    }
    return new Death(reason, status, signal, worker.pid(), slot, tail, report);
  }

  private static String crashReport(Path file) {
    if (!Files.exists(file)) {
      return "";
    }
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      return lines.limit(REPORT_LINES).collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return "(the crash report " + file + " cannot be read: " + e + ")";
    }
  }
}
