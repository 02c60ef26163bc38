package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerProcess;
import io.github.poolmap.internal.wire.Cancel;
import io.github.poolmap.internal.wire.Descendants;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker JVM that is ready: its process, its sockets, its ledger and its folder. */
final class ChildJvm implements WorkerProcess {

  private static final Logger LOG = LoggerFactory.getLogger(ChildJvm.class);

  /** So long an exit may take before it is a kill; the worker halts itself a little earlier. */
  private static final long GOODBYE_MILLIS = 1_000;

  /** So long the system may take to end a killed process. */
  private static final long DEATH_MILLIS = 2_000;

  /** So long the last output may take to arrive; a grandchild may hold the pipe open for ever. */
  private static final long OUTPUT_MILLIS = 500;

  private final String name;
  private final Process process;
  private final WorkerFolder folder;
  private final Handshake.Sockets sockets;
  private final Ledger ledger;
  private final Output output;
  private volatile boolean killed;

  /** Of whoever has the worker. What the ledger says of earlier chunks must not pass for news. */
  private int lastChunkId;

  /** The two output streams of a worker. */
  record Output(OutputPump out, OutputPump err) {}

  ChildJvm(
      String name,
      Process process,
      WorkerFolder folder,
      Handshake.Sockets sockets,
      Ledger ledger,
      Output output) {
    this.name = name;
    this.process = process;
    this.folder = folder;
    this.sockets = sockets;
    this.ledger = ledger;
    this.output = output;
  }

  /** Ids are never 0, which the ledger is full of at first, and change halves each time. */
  int nextChunkId() {
    lastChunkId = lastChunkId == Integer.MAX_VALUE - 1 ? 1 : lastChunkId + 1;
    return lastChunkId;
  }

  FrameChannel data() {
    return sockets.data();
  }

  FrameChannel control() {
    return sockets.control();
  }

  Ledger ledger() {
    return ledger;
  }

  WorkerFolder folder() {
    return folder;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Tells whether {@link #kill} has been called. */
  boolean wasKilled() {
    return killed;
  }

  /** Kills the process and those that it has started. Does not wait. */
  void kill() {
    killed = true;
    kill(process);
  }

  static void kill(Process process) {
    descendants(process).forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static List<ProcessHandle> descendants(Process process) {
    try {
      return Descendants.toKill(process.toHandle());
    } catch (RuntimeException e) {
      // The system may be out of descriptors, or forbid to look; the process itself has to go
      // anyway.
      LOG.warn("pid {}: the processes that it started cannot be found", process.pid(), e);
      return List.of();
    }
  }

  /**
   * Orders the worker to interrupt an item.
   *
   * @param withStack whether to leave a {@link io.github.poolmap.internal.wire.StackFile}
   */
  void cancel(int chunkId, int position, boolean withStack) {
    try {
      control().write(FrameType.CANCEL, chunkId, new Cancel(position, withStack).pack());
    } catch (IOException gone) {
      LOG.debug("{}: gone before an item of its could be interrupted", this);
    }
  }

  @Override
  public synchronized void stop() {
    boolean interrupted = false;
    List<ProcessHandle> left = List.of();
    if (process.isAlive() && !killed) {
      // Afterwards nobody knows any more whose they were. What it ends itself it ends in peace.
      left = descendants(process);
      try {
        control().write(FrameType.BYE, 0);
        if (!process.waitFor(GOODBYE_MILLIS, TimeUnit.MILLISECONDS)) {
          LOG.debug("{}: did not exit in time, killed", name);
        }
      } catch (IOException gone) {
        LOG.debug("{}: gone before its goodbye", name);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    bury();
    left.forEach(ProcessHandle::destroyForcibly);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sees that the process is gone and nothing of it is left. */
  void bury() {
    boolean interrupted = false;
    if (process.isAlive()) {
      kill();
    }
    try {
      awaitDeath();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    List<Closeable> left = List.of(data(), control(), folder::delete);
    for (Closeable each : left) {
      try {
        each.close();
      } catch (IOException e) {
        LOG.warn("{}: cannot clean up {}", name, folder.path(), e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the end of the process and of its output, both within limits. */
  void awaitDeath() throws InterruptedException {
    if (process.waitFor(DEATH_MILLIS, TimeUnit.MILLISECONDS)) {
      output.err().awaitEnd(OUTPUT_MILLIS);
      output.out().awaitEnd(OUTPUT_MILLIS);
    }
  }

  /** Returns the exit status, -1 if the process is still there. */
  int exitStatus() {
    return process.isAlive() ? -1 : process.exitValue();
  }

  String stderrTail() {
    return output.err().tail();
  }

  @Override
  public String toString() {
    return name + " (pid " + pid() + ")";
  }
}
