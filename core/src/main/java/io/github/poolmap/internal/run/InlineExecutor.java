package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import org.jspecify.annotations.Nullable;

/**
 * Executes chunks in the thread that brings them.
 *
 * <p>Interrupts that do not come from a stop mean different things. On the thread of a pool they
 * end with the item that they hit. The thread of a caller belongs to the caller, or to the task
 * that makes a nested call, so there the flag means that the call shall stop, and it stays set.
 */
final class InlineExecutor implements ChunkExecutor<Mapper<Object, Object>> {

  /** Handing a chunk to the next free thread of this JVM takes a lock and at times a wake-up. */
  private static final long HANDOVER_NANOS = 1_000;

  private final String workerName;
  private final boolean callersThread;

  private final UserCode userCode = new UserCode();

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
    ClassLoader loader = current.getContextClassLoader();
    long start = System.nanoTime();
    try {
      for (int i = 0; i < chunk.size() && userCode.enter(run); i++) {
        current.setContextClassLoader(run.contextClassLoader());
        executeItem(chunk, i);
      }
    } finally {
      current.setContextClassLoader(loader);
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
    boolean wanted = userCode.leave();
    boolean interrupted =
        Thread.currentThread().isInterrupted()
            || (wanted && thrown instanceof InterruptedException);
    if (callersThread && interrupted) {
      // Somebody wants an end of the call, or of the task that makes it. The flag is theirs.
      Thread.currentThread().interrupt();
      chunk.run().stop(chunk.run()::interruption);
      wanted = false;
    }
    if (!wanted) {
      chunk.drop(position);
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

  @Override
  public @Nullable Runnable condemn(Run<Mapper<Object, Object>> run) {
    return userCode.condemn(run);
  }

  @Override
  public boolean isLost() {
    return userCode.isLost();
  }

  @Override
  public boolean abandon(Run<Mapper<Object, Object>> run) {
    return userCode.abandon(run);
  }
}
