package io.github.poolmap.internal.process;

import io.github.poolmap.WorkerProcess;
import io.github.poolmap.internal.run.Deadlines;
import io.github.poolmap.internal.wire.Cancel;
import io.github.poolmap.internal.wire.Descendants;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import io.github.poolmap.internal.wire.Ledger;
import io.github.poolmap.internal.wire.Leftovers;
import io.github.poolmap.internal.wire.Reset;
import io.github.poolmap.internal.wire.ValueFolder;
import io.github.poolmap.internal.wire.ValueReader;
import io.github.poolmap.internal.wire.ValueWriter;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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

  /** So long it may take to forget a pool: the values of its locals are closed. */
  private static final Duration RESET_TIME = Duration.ofSeconds(1);

  private final LaunchSpec spec;
  private final Process process;
  private final WorkerFolder folder;
  private final Handshake.Sockets sockets;
  private final Ledger ledger;
  private final Output output;
  private final OomKills oomKills;
  private final ClassServer classes;
  private volatile boolean killed;

  /** Whether it may be ended without harm, see {@link ProgramEnd}. */
  private enum Use {
    /** It is being prepared, or has chunks. */
    WORKING,
    IDLE,
    /** It was told to go, and gets no more work. */
    RETIRED
  }

  private final AtomicReference<Use> use = new AtomicReference<>(Use.WORKING);

  /** Why no other pool may have it any more; null if one may. */
  private volatile @Nullable String taint;

  private final Object changeOfPool = new Object();

  /** The pool that has it; null if none has. Written under changeOfPool. */
  private volatile @Nullable Employment employment;

  private volatile boolean warm;

  /** How it is called, and by which names that was put together. */
  private volatile Label label = new Label(null, "");

  private record Label(@Nullable WorkerNames names, String text) {}

  /** When it last had something to do, by {@link System#nanoTime()}. */
  private volatile long lastUsed = System.nanoTime();

  /** What has to be added to times of its clock to get those of this JVM. */
  private volatile long clockOffset;

  // Of the thread that has the worker.

  /** What the ledger says of earlier chunks must not pass for news. */
  private int lastChunkId;

  private final Workload workload = new Workload();

  private final @Nullable ValueFolder values;

  /** How large inputs are written and large results read; null if they travel in messages. */
  private final @Nullable ValueWriter largeInputs;

  private final @Nullable ValueReader largeResults;

  /** What the system calls the thread that executes tasks; 0 if it has not said so. */
  private long taskThread;

  /** Whether the worker has the files, too. */
  private boolean findsValues;

  /** Whether a thread that nobody waits for may be at large values. */
  private volatile boolean laneLost;

  /** The two output streams of a worker. */
  record Output(OutputPump out, OutputPump err, CurrentNames names) {

    /** The worker is going to write this as its last line for the present pool. */
    void expect(String mark) {
      out.expect(mark);
      err.expect(mark);
    }

    /** Waits until what it has written for the pool has been passed on; false if it takes long. */
    boolean awaitExpected() throws InterruptedException {
      return out.awaitExpected(OUTPUT_MILLIS) && err.awaitExpected(OUTPUT_MILLIS);
    }

    /** Another pool has the worker now. */
    void passTo(WorkerNames by) {
      names.set(by);
      out.startAnew(by.worker() + "-stdout");
      err.startAnew(by.worker() + "-stderr");
    }
  }

  /**
   * A worker that is ready.
   *
   * @param values where large values go through; null if nowhere
   */
  ChildJvm(
      LaunchSpec spec,
      Process process,
      WorkerFolder folder,
      Handshake.Sockets sockets,
      Ledger ledger,
      Output output,
      @Nullable ValueFolder values) {
    this.spec = spec;
    this.process = process;
    this.folder = folder;
    this.sockets = sockets;
    this.ledger = ledger;
    this.output = output;
    this.values = values;
    this.largeInputs = values == null ? null : values.writerOfInputs();
    this.largeResults = values == null ? null : values.readerOfResults();
    this.oomKills = OomKills.during(process.pid());
    this.classes = ClassServer.start(output.names(), sockets.control(), this::breakOff);
    ProgramEnd.add(this);
  }

  LaunchSpec spec() {
    return spec;
  }

  long clockOffset() {
    return clockOffset;
  }

  void setClockOffset(long nanos) {
    clockOffset = nanos;
  }

  long taskThread() {
    return taskThread;
  }

  void setTaskThread(long thread) {
    taskThread = thread;
  }

  /** It is ready for its first task, which may have taken longer than it may be idle. */
  void started() {
    lastUsed = System.nanoTime();
    endWork();
  }

  /** It has executed so many tasks in that time. */
  void used(int tasks, long nanos) {
    lastUsed = System.nanoTime();
    workload.add(tasks, nanos);
  }

  /** What it has done so far, for whatever pool. */
  Workload workload() {
    return workload;
  }

  /** It has nothing to do. */
  void endWork() {
    use.compareAndSet(Use.WORKING, Use.IDLE);
    ProgramEnd.hasLessToDo();
  }

  /** It gets something to do; false if it is too late for that. */
  boolean beginWork() {
    return use.compareAndSet(Use.IDLE, Use.WORKING);
  }

  boolean isWorking() {
    return use.get() == Use.WORKING;
  }

  /** Tells the worker to go, unless it has something to do. Does not wait. */
  boolean retire() {
    if (!use.compareAndSet(Use.IDLE, Use.RETIRED)) {
      return false;
    }
    try {
      // Behind an answer that the worker does not read there is no getting through; it is killed
      // then, as if it did not go.
      classes.order(FrameType.BYE, 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException gone) {
      LOG.debug("{}: gone before its goodbye", this);
    }
    return true;
  }

  /** Waits for the end of the process, at most until then. */
  boolean awaitExit(long nanoTime) throws InterruptedException {
    long left = nanoTime - System.nanoTime();
    return process.waitFor(Math.max(0, left), TimeUnit.NANOSECONDS);
  }

  void deleteFolder() {
    try {
      deleteFolders();
    } catch (IOException e) {
      LOG.debug("{}: cannot delete {}", this, folder.path(), e);
    }
  }

  private void deleteFolders() throws IOException {
    if (values != null) {
      // A worker that does not find it may have deleted its own one, and with that word of it.
      values.delete();
    }
    folder.delete();
  }

  /** Ids are never 0, which the ledger is full of at first, and change halves each time. */
  int nextChunkId() {
    lastChunkId = lastChunkId == Integer.MAX_VALUE - 1 ? 1 : lastChunkId + 1;
    return lastChunkId;
  }

  // ---- large values

  void setFindsValues(boolean finds) {
    findsValues = finds;
  }

  /** Returns what writes large inputs; null if they travel in messages. */
  @Nullable ValueWriter largeInputs() {
    return findsValues ? largeInputs : null;
  }

  /** Returns what reads large results; null if all of them are in messages. */
  @Nullable ValueReader largeResults() {
    return largeResults;
  }

  /** Gives back memory in which large values have travelled. It has no chunk. */
  void trimValues(long kept) {
    try {
      if (largeInputs != null) {
        largeInputs.trim(kept);
      }
      if (largeResults != null) {
        largeResults.trim(kept);
      }
    } catch (IOException e) {
      LOG.debug("{}: keeps the memory of its large values", this, e);
    }
  }

  /**
   * Gives back all of it, since nobody needs it any more. What is mapped here would else hold the
   * memory of files that have been deleted until the garbage collector comes, which need not be
   * soon.
   */
  private void freeValues() {
    if (!laneLost) {
      trimValues(0);
    }
  }

  /** The lane's thread is lost in user code, and may be at large values when it comes back. */
  void loseLane() {
    laneLost = true;
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

  /** Returns what answers the worker's requests for classes. */
  ClassServer classes() {
    return classes;
  }

  /** The worker is none any more: whoever waits for its data meets their end. */
  private void breakOff() {
    try {
      data().close();
    } catch (IOException e) {
      LOG.debug("{}: cannot close its data socket: {}", this, e.getMessage());
    }
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
    return found(process, Descendants::toKill);
  }

  /** Those too that clean up behind themselves if they are left to it. */
  static List<ProcessHandle> allDescendants(Process process) {
    return found(process, handle -> handle.descendants().toList());
  }

  private static List<ProcessHandle> found(
      Process process, Function<ProcessHandle, List<ProcessHandle>> search) {
    try {
      return search.apply(process.toHandle());
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

  // ---- from pool to pool

  /**
   * A pool takes it.
   *
   * @return false if another one has it
   */
  boolean hire(Employment by) {
    synchronized (changeOfPool) {
      if (employment != null) {
        return false;
      }
      employment = by;
    }
    output.passTo(by.names());
    lastUsed = System.nanoTime();
    return true;
  }

  boolean isHiredBy(Employment by) {
    synchronized (changeOfPool) {
      return employment == by;
    }
  }

  /** Its pool has given it back. By now another one may have it. */
  void dismiss(Employment by) {
    synchronized (changeOfPool) {
      if (employment == by) {
        employment = null;
      }
    }
  }

  /** Kills it, unless another pool has it by now. */
  void killFor(Employment by) {
    synchronized (changeOfPool) {
      if (employment == by) {
        kill();
      }
    }
  }

  /** Tells whether it has worked for another pool before. */
  boolean isWarm() {
    return warm;
  }

  /** No other pool may have it after this one. */
  void taint(String reason) {
    taint = reason;
  }

  @Override
  public boolean keepWarm() {
    Employment by = employment;
    if (by == null) {
      return false;
    }
    long until = lastUsed + Math.min(WarmWorkers.LIFE_NANOS, by.idleNanos());
    String reason = reasonToGo(by, until);
    if (reason == null) {
      trimValues(0);
      reason = reset(by);
    }
    if (reason != null) {
      LOG.debug("{}: is not kept: {}", this, reason);
      return false;
    }
    synchronized (changeOfPool) {
      // Its pool may have been terminated meanwhile; whoever gets it next shall not suffer for it.
      if (killed || employment != by) {
        return false;
      }
      warm = true;
      employment = null;
    }
    WarmWorkers.OF_PROGRAM.keep(this, until);
    return true;
  }

  private @Nullable String reasonToGo(Employment by, long until) {
    if (killed || !process.isAlive()) {
      return "it is gone";
    }
    if (until - System.nanoTime() <= 0) {
      return "it has been idle for long";
    }
    if (classes.isAsking()) {
      return "a class loader of the program has not answered yet";
    }
    return taint != null ? taint : by.limits().exceededBy(this);
  }

  /** Has it forget its pool. Returns what it cannot forget, null if there is nothing. */
  private @Nullable String reset(Employment by) {
    Deadlines.Deadline late =
        Deadlines.after(
            RESET_TIME,
            () -> {
              LOG.warn("{}: does not get ready for another pool, its JVM is killed", this);
              killFor(by);
            });
    String mark = "poolmap:" + UUID.randomUUID();
    output.expect(mark);
    try {
      data().write(FrameType.RESET, pid(), Reset.pack(mark, by.endEffect()));
      Frame frame = data().read();
      late.cancel();
      if (frame == null || frame.type() != FrameType.RESET_DONE) {
        return frame == null ? "it is gone" : "it answers with " + frame.type();
      }
      String leftovers = Leftovers.read(frame.payload()).text();
      if (!leftovers.isEmpty()) {
        return leftovers;
      }
      return output.awaitExpected() ? null : "its output does not come to an end";
    } catch (IOException e) {
      return "it cannot be asked: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the thread that closes its pool is interrupted";
    } finally {
      late.cancel();
    }
  }

  @Override
  public synchronized void stop() {
    boolean interrupted = false;
    List<ProcessHandle> left = List.of();
    if (process.isAlive() && !killed) {
      // Afterwards nobody knows any more whose they were. What it ends itself it ends in peace.
      left = descendants(process);
      // Once it has said goodbye the files are gone.
      freeValues();
      try {
        if (!classes.order(FrameType.BYE, GOODBYE_MILLIS)
            || !process.waitFor(GOODBYE_MILLIS, TimeUnit.MILLISECONDS)) {
          LOG.debug("{}: did not exit in time, killed", this);
        }
      } catch (IOException gone) {
        LOG.debug("{}: gone before its goodbye", this);
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
    freeValues();
    List<Closeable> left = List.of(data(), control(), this::deleteFolders);
    for (Closeable each : left) {
      try {
        each.close();
      } catch (IOException e) {
        LOG.warn("{}: cannot clean up {}", this, folder.path(), e);
      }
    }
    classes.stop();
    ProgramEnd.remove(this);
    LiveHeaps.PROGRAM.remove(this);
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

  /** Tells whether the kernel has run out of memory where this worker lives, or lived. */
  boolean sawOomKill() {
    return oomKills.haveMoved();
  }

  String stderrTail() {
    return output.err().tail();
  }

  @Override
  public String toString() {
    WorkerNames names = output.names().get();
    Label last = label;
    if (!names.equals(last.names())) {
      last = new Label(names, names.worker() + " (pid " + pid() + ")");
      label = last;
    }
    return last.text();
  }
}
