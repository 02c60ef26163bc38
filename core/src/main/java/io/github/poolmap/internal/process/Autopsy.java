package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerCrashedException.Death;
import io.github.poolmap.WorkerCrashedException.Reason;
import io.github.poolmap.internal.wire.ExitFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out why a worker JVM is no more.
 *
 * <p>What is certain comes first: what this side knows itself, then what the JVM or the worker has
 * written down, and the exit status at last, since anybody can exit with any status. What a status
 * alone cannot tell: {@code Runtime.halt(137)} from a kill.
 */
final class Autopsy {

  private static final Logger LOG = LoggerFactory.getLogger(Autopsy.class);

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
  static Crash examine(ChildJvm worker, int slot, @Nullable IOException violation) {
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
    String signal = Exit.signal(status);
    ExitFile.Caller caller = null;
    Reason reason;
    if (violation != null || lived) {
      reason = Reason.PROTOCOL;
      signal = null;
    } else if (worker.wasKilled()) {
      reason = Reason.STOPPED;
    } else if (!report.isEmpty()) {
      reason = Reason.NATIVE_CRASH;
    } else if (status == HEAP_EXHAUSTED_STATUS && tail.contains(HEAP_EXHAUSTED)) {
      reason = Reason.OUT_OF_MEMORY;
    } else {
      caller = exitCaller(worker);
      if (caller != null) {
        signal = Exit.handledSignal(caller.thread());
      }
      reason = signal == null ? Reason.EXIT : Reason.SIGNAL;
    }
    Death death = new Death(reason, status, signal, worker.pid(), slot, tail, report);
    boolean oomKill = reason == Reason.SIGNAL && Exit.isKill(status) && worker.sawOomKill();
    ExitCall exit = caller != null && caller.isCall() ? ExitCall.of(caller) : null;
    return new Crash(worker.toString(), death, violation, exit, oomKill, true);
  }

  /** Returns who ended the worker in good order, null if nobody did or nothing is known of it. */
  private static ExitFile.@Nullable Caller exitCaller(ChildJvm worker) {
    try {
      return ExitFile.read(worker.folder());
    } catch (IOException e) {
      LOG.warn("{}: cannot read who ended it", worker, e);
      return null;
    }
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
