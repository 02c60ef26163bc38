package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import org.jspecify.annotations.Nullable;

/**
 * Executes chunks in the thread that brings them.
 *
 * <p>An interrupt hits the item that it is meant for and no other: whoever stops a run condemns the
 * item under the guard before interrupting, and the executing thread, leaving the item under the
 * same guard, learns of it and clears the flag.
 *
 * <p>Interrupts that come from elsewhere mean different things. A thread of a pool has nobody but
 * the pool to interrupt it, so a stray flag is cleared before it reaches the next item. The thread
 * of a caller belongs to the caller, so the flag means that the call shall stop, and is given back.
 */
final class InlineExecutor implements ChunkExecutor<Mapper<Object, Object>> {

  /** The run of whose task the thread is a part, innermost first by {@link Run#outer()}. */
  private static final ThreadLocal<@Nullable Run<?>> CURRENT = new ThreadLocal<>();

  /** Handing a chunk to the next free thread of this JVM takes a lock and at times a wake-up. */
  private static final long HANDOVER_NANOS = 1_000;

  private final String workerName;
  private final boolean callersThread;

  private final Object guard = new Object();

  // Guarded by guard: the item being executed.
  private @Nullable Thread thread;
  private @Nullable Run<?> running;
  private boolean condemned;
  private boolean lost;

  private InlineExecutor(String workerName, boolean callersThread) {
    this.workerName = workerName;
    this.callersThread = callersThread;
  }

  static InlineExecutor onPoolThread(String workerName) {
    return new InlineExecutor(workerName, false);
  }

  static InlineExecutor onCallersThread() {
    return new InlineExecutor(Thread.currentThread().getName(), true);
  }

  /** Returns the run whose task the calling thread executes, or null. */
  static @Nullable Run<?> currentRun() {
    return CURRENT.get();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void open() {}

  @Override
  public void close() {}

  @Override
  public void execute(
      Chunk<Mapper<Object, Object>> chunk, MoreChunks<Mapper<Object, Object>> more) {
    Run<Mapper<Object, Object>> run = chunk.run();
    Thread current = Thread.currentThread();
    Run<?> outer = CURRENT.get();
    ClassLoader loader = current.getContextClassLoader();
    long start = System.nanoTime();
    CURRENT.set(run);
    current.setContextClassLoader(run.contextClassLoader());
    try {
      for (int i = 0; i < chunk.size() && enter(run); i++) {
        executeItem(chunk, i);
      }
    } finally {
      current.setContextClassLoader(loader);
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
    chunk.finish(System.nanoTime() - start, HANDOVER_NANOS);
  }

  private void executeItem(Chunk<Mapper<Object, Object>> chunk, int position) {
    Object value = null;
    Throwable thrown = null;
    try {
      value = call(chunk.run().function(), chunk.input(position));
    } catch (Throwable t) {
      thrown = t;
    }
    boolean wanted = leave();
    boolean strayInterrupt = Thread.interrupted();
    if (!wanted) {
      chunk.drop(position);
    } else if (callersThread && (strayInterrupt || thrown instanceof InterruptedException)) {
      chunk.drop(position);
      chunk.run().stop(chunk.run()::interruption);
      Thread.currentThread().interrupt();
    } else if (thrown == null) {
      chunk.succeed(position, value);
    } else {
      chunk.fail(position, ItemFailure.thrown(thrown, workerName));
    }
  }

  @SuppressWarnings("NullAway") // Null inputs are ordinary values; T is whatever the caller says.
  private static @Nullable Object call(Mapper<Object, Object> mapper, @Nullable Object input)
      throws Exception {
    return mapper.map(input);
  }

  /** Begins an item; false if its run has been stopped. */
  private boolean enter(Run<?> run) {
    synchronized (guard) {
      // Read under the guard: a stop comes before interrupt(run), so one of the two sees the other.
      if (run.isStopped()) {
        return false;
      }
      thread = Thread.currentThread();
      running = run;
      condemned = false;
      return true;
    }
  }

  /** Ends the item; false if it was condemned meanwhile. */
  private boolean leave() {
    synchronized (guard) {
      running = null;
      if (condemned) {
        Thread.interrupted();
      }
      return !condemned;
    }
  }

  @Override
  public void interrupt(Run<Mapper<Object, Object>> run) {
    synchronized (guard) {
      if (running == run && thread != null) {
        condemned = true;
        thread.interrupt();
      }
    }
  }

  @Override
  public boolean abandon(Run<Mapper<Object, Object>> run) {
    synchronized (guard) {
      lost |= running == run;
      return lost;
    }
  }
}
