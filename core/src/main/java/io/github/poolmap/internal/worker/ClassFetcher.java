package io.github.poolmap.internal.worker;

import io.github.poolmap.internal.wire.ClassReply;
import io.github.poolmap.internal.wire.ClassRequest;
import io.github.poolmap.internal.wire.FrameChannel;
import io.github.poolmap.internal.wire.FrameType;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks the parent for classes and resources over the control socket, for any thread.
 *
 * <p>The asking thread writes nothing itself: it may be interrupted, and an interrupt within the
 * channel would close it, which this JVM takes for the end of its parent. A thread of its own does,
 * started with the first request, which ignores interrupts; what comes back is handed over by the
 * thread that reads the socket.
 *
 * <p>Who waits is not to be interrupted, because the JVM takes a class that could not be loaded for
 * missing, for ever. The interrupt is kept. A wait ends with the answer, with the socket, or after
 * a minute.
 */
final class ClassFetcher {

  /** So long the parent may take: its class loaders are user code. */
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final FrameChannel control;
  private final Object lock = new Object();

  // Guarded by lock.
  private final Map<Long, Wait> waits = new HashMap<>();
  private final Deque<Wait> unsent = new ArrayDeque<>();
  private @Nullable Thread writer;
  private @Nullable String end;
  private long lastId;

  /** The thread that reads the socket; it cannot wait for itself. */
  private volatile @Nullable Thread reader;

  ClassFetcher(FrameChannel control) {
    this.control = control;
  }

  /** One request and, in time, its answer. Guarded by lock. */
  private static final class Wait {

    private final long id;
    private final ClassRequest request;
    private @Nullable ClassReply reply;

    Wait(long id, ClassRequest request) {
      this.id = id;
      this.request = request;
    }
  }

  /** Called by the thread that will call {@link #take}. */
  void readBy(Thread thread) {
    reader = thread;
  }

  /**
   * Asks the parent and waits for what it says.
   *
   * @throws IOException if it cannot be asked, does not answer, or says that it failed
   */
  ClassReply fetch(ClassRequest request) throws IOException {
    if (!ClassRequest.canAskFor(request.name())) {
      throw new IOException("a name of " + request.name().length() + " characters is too long");
    }
    Thread self = Thread.currentThread();
    if (self == reader || self instanceof Writer) {
      throw new IOException(self.getName() + " cannot fetch classes");
    }
    ClassReply reply = awaitReply(request);
    if (reply.kind() == ClassReply.Kind.FAILED) {
      throw new IOException(reply.text());
    }
    return reply;
  }

  private ClassReply awaitReply(ClassRequest request) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    boolean interrupted = false;
    synchronized (lock) {
      Wait wait = new Wait(++lastId, request);
      waits.put(wait.id, wait);
      unsent.addLast(wait);
      try {
        startWriter();
        lock.notifyAll();
        while (wait.reply == null) {
          if (end != null) {
            throw new IOException("the parent cannot be asked any more: " + end);
          }
          long left = (deadline - System.nanoTime()) / 1_000_000;
          if (left <= 0) {
            throw new IOException(
                "the program did not answer within a minute; is its class loader stuck?");
          }
          try {
            lock.wait(left);
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
        return wait.reply;
      } finally {
        waits.remove(wait.id);
        unsent.remove(wait);
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** Needs the lock. */
  private void startWriter() throws IOException {
    if (writer == null) {
      Writer first = new Writer();
      try {
        first.start();
      } catch (OutOfMemoryError e) {
        throw new IOException("no thread to be had to ask the parent", e);
      }
      writer = first;
    }
  }

  /** Hands an answer over to who waits for it. Does not wait, and runs no user code. */
  void take(long id, ClassReply reply) {
    synchronized (lock) {
      Wait wait = waits.get(id);
      if (wait != null) {
        wait.reply = reply;
        lock.notifyAll();
      }
      // Otherwise it came too late.
    }
  }

  /** Nothing comes any more. */
  void end(String why) {
    synchronized (lock) {
      end = why;
      lock.notifyAll();
    }
  }

  private final class Writer extends Thread {

    Writer() {
      super(JvmState.OWN_THREADS, null, "poolmap-class-requests", 0, false);
      setDaemon(true);
      setContextClassLoader(null);
    }

    /** An interrupt would close the channel. */
    @Override
    public void interrupt() {}

    @Override
    public void run() {
      try {
        while (true) {
          Wait next = next();
          control.write(FrameType.CLASS_REQUEST, next.id, next.request.pack());
        }
      } catch (IOException | RuntimeException | Error e) {
        end(e.toString());
      }
    }

    private Wait next() {
      synchronized (lock) {
        while (true) {
          Wait next = unsent.pollFirst();
          if (next != null) {
            return next;
          }
          try {
            lock.wait();
          } catch (InterruptedException e) {
            throw new IllegalStateException("this thread cannot be interrupted", e);
          }
        }
      }
    }
  }
}
