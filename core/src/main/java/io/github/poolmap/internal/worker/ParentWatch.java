package io.github.poolmap.internal.worker;

import io.github.poolmap.internal.wire.Cancel;
import io.github.poolmap.internal.wire.ClassReply;
import io.github.poolmap.internal.wire.Descendants;
import io.github.poolmap.internal.wire.Frame;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.StackFile;
import io.github.poolmap.internal.wire.WorkerFolder;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads the control socket: carries out orders, and ends the JVM when the parent is gone.
 *
 * <p>The end of the socket is the only sign of the parent's death that comes at once and cannot be
 * missed, so nothing may keep this thread from seeing it: it waits for nobody and runs no user
 * code.
 */
final class ParentWatch implements Runnable {

  /** Status of a worker whose parent is gone; nobody is left to read it but the system's log. */
  private static final int ORPHANED = 71;

  /** So long an orphan may take to end its own children and clean up. */
  private static final long CLEAN_UP_NANOS = 1_000_000_000;

  /** So long shutdown hooks may take after a goodbye. The parent waits a little longer. */
  private static final long GOODBYE_NANOS = 900_000_000;

  private final FrameChannel control;
  private final WorkerFolder folder;
  private final ClassFetcher fetcher;
  private final HaltTimer timer = new HaltTimer();
  private volatile @Nullable FrameChannel data;
  private volatile @Nullable ItemThread items;

  private ParentWatch(FrameChannel control, WorkerFolder folder, ClassFetcher fetcher) {
    this.control = control;
    this.folder = folder;
    this.fetcher = fetcher;
  }

  static ParentWatch start(FrameChannel control, WorkerFolder folder, ClassFetcher fetcher) {
    ParentWatch watch = new ParentWatch(control, folder, fetcher);
    daemon(watch.timer, "poolmap-halt-timer");
    daemon(watch, "poolmap-parent-watch");
    return watch;
  }

  /** Says what orders are about. */
  void setTarget(FrameChannel dataChannel, ItemThread itemThread) {
    data = dataChannel;
    items = itemThread;
  }

  private static void daemon(Runnable task, String name) {
    Thread thread = new Thread(JvmState.OWN_THREADS, task, name, 0, false);
    thread.setDaemon(true);
    thread.setPriority(Thread.MAX_PRIORITY);
    thread.start();
  }

  @Override
  public void run() {
    fetcher.readBy(Thread.currentThread());
    try {
      Frame frame;
      while ((frame = control.read(ClassReply.LARGEST)) != null) {
        switch (frame.type()) {
          case CANCEL -> cancel((int) frame.id(), Cancel.read(frame.payload()));
          case CLASS_REPLY -> fetcher.take(frame.id(), ClassReply.read(frame.payload()));
          case BYE -> sayGoodbye();
          default -> throw new IOException("not an order: " + frame.type());
        }
      }
      timer.haltIn(CLEAN_UP_NANOS, ORPHANED);
      endChildren();
      folder.delete();
    } catch (IOException | RuntimeException e) {
      // Nobody is there to hear of it but whoever reads the log.
      System.err.println("poolmap: worker ends: " + e);
    } finally {
      end();
    }
  }

  /** Ends this JVM without ado. */
  private static void end() {
    Throwable noSignal = Signals.killThisProcess();
    try {
      System.err.println("poolmap: worker halts: " + noSignal);
    } finally {
      Runtime.getRuntime().halt(ORPHANED);
    }
  }

  /** Interrupts an item, on a thread of its own: that may run user code. */
  private void cancel(int chunk, Cancel order) {
    ItemThread target = items;
    if (target == null) {
      return;
    }
    Runnable before = () -> {};
    if (order.withStack()) {
      before = () -> leaveStack(target, chunk, order.position());
    }
    Runnable first = before;
    daemon(() -> target.interrupt(chunk, order.position(), first), "poolmap-interrupt");
  }

  private void leaveStack(ItemThread target, int chunk, int position) {
    try {
      StackFile.write(folder, chunk, position, target.getStackTrace());
    } catch (IOException | RuntimeException e) {
      System.err.println("poolmap: the stack of a task cannot be kept: " + e);
    }
  }

  /**
   * Exits in an orderly way, on a thread of its own: shutdown hooks are user code, so the timer
   * runs, and may need classes, which are heard of here.
   */
  private void sayGoodbye() throws IOException {
    timer.haltIn(GOODBYE_NANOS, 0);
    // An exiting JVM waits 300 ms for threads in native code, such as one that reads a socket.
    FrameChannel open = data;
    if (open != null) {
      open.close();
    }
    // The parent does it too, but may itself be about to exit.
    folder.delete();
    try {
      daemon(() -> System.exit(0), "poolmap-goodbye");
    } catch (OutOfMemoryError e) {
      // The system grants no more threads.
      System.exit(0);
    }
    control.doze();
  }

  private static void endChildren() {
    Descendants.toKill(ProcessHandle.current()).forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * Halts the JVM at a set time, whatever hangs by then. Started early: later it might not start.
   */
  private static final class HaltTimer implements Runnable {

    private volatile long haltAt;
    private volatile int status = -1;
    private volatile Thread thread = Thread.currentThread();

    void haltIn(long nanos, int withStatus) {
      haltAt = System.nanoTime() + nanos;
      status = withStatus;
      LockSupport.unpark(thread);
    }

    @Override
    public void run() {
      thread = Thread.currentThread();
      while (true) {
        if (status < 0) {
          LockSupport.park(this);
          continue;
        }
        long left = haltAt - System.nanoTime();
        if (left <= 0) {
          if (status == ORPHANED) {
            end();
          }
          Runtime.getRuntime().halt(status);
        }
        LockSupport.parkNanos(this, left);
      }
    }
  }
}
