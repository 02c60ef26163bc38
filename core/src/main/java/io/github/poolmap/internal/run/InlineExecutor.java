package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import io.github.poolmap.PoolKind;
import io.github.poolmap.WorkerStartException;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Executes chunks in the thread that brings them.
 *
 * <p>Interrupts that do not come from a stop mean different things. On the thread of a pool they
 * end with the item that they hit. The thread of a caller belongs to the caller, or to the task
 * that makes a nested call, so there the flag means that the call shall stop, and it stays set.
 */
final class InlineExecutor implements ChunkExecutor<Mapper<Object, Object>> {

  /**
   * Handing a chunk to the next free thread of this JVM takes a lock, for which it may have to
   * wait, and at times a wake-up: about three microseconds between two threads with chunks of 20
   * microseconds. Counted generously, because chunks of 0.2 ms leave nobody idle for long.
   */
  private static final long HANDOVER_NANOS = 10_000;

  /** A stream may wait for results that are older than this. */
  private static final long PUBLISH_NANOS = 20_000_000;

  /** Stands for a position: the thread has been given up, and the chunk is not its any more. */
  private static final int LOST = -1;

  private final String workerName;
  private final boolean callersThread;
  private final int slot;
  private final WorkerScope.@Nullable Factory scopes;
  private final Consumer<InlineExecutor> whenClosed;

  /** Owns the user code that runs while this opens; this itself owns that which runs at the end. */
  private final Object opening = new Object();

  private final UserCode userCode = new UserCode();
  private @Nullable WorkerScope scope;
  private volatile boolean refusing;

  /** Of the thread that executes: when a stream may wait for what has ended by then. */
  private long publishAt;

  private InlineExecutor(
      String workerName,
      boolean callersThread,
      int slot,
      WorkerScope.@Nullable Factory scopes,
      Consumer<InlineExecutor> whenClosed) {
    this.whenClosed = whenClosed;
    this.workerName = workerName;
    this.callersThread = callersThread;
    this.slot = slot;
    this.scopes = scopes;
  }

  /**
   * An executor for a thread of a pool.
   *
   * @param whenClosed is told when it has ended
   */
  static InlineExecutor onPoolThread(
      String workerName,
      int slot,
      WorkerScope.Factory scopes,
      Consumer<InlineExecutor> whenClosed) {
    return new InlineExecutor(workerName, false, slot, scopes, whenClosed);
  }

  /**
   * An executor for the thread of a caller.
   *
   * @param slot the number of the worker that it is, or stands for
   */
  static InlineExecutor onCallersThread(int slot) {
    return new InlineExecutor(callersName(), true, slot, null, closed -> {});
  }

  /**
   * Returns what the calling thread is called as a worker. Virtual threads have no name at first.
   */
  static String callersName() {
    String name = Thread.currentThread().getName();
    return name.isEmpty() ? "unnamed thread" : name;
  }

  @Override
  public String workerName() {
    return workerName;
  }

  // ---- start and end of the worker

  @Override
  public boolean isOpen() {
    return callersThread || scope != null;
  }

  @Override
  public void open() {
    if (scopes == null) {
      throw new IllegalStateException(workerName + " is the thread of a caller");
    }
    WorkerScope opened = scopes.open(PoolKind.THREADS, slot);
    userCode.enterAnyway(opening);
    try {
      if (refusing) {
        throw new WorkerStartException(workerName + ": its pool has ended", "", "", null);
      }
      initialize(opened, workerName);
    } finally {
      userCode.leave();
    }
    opened.enter();
    scope = opened;
  }

  /** Runs the initializer of a worker that the calling thread is about to be. */
  static void initialize(WorkerScope opened, String workerName) {
    Object before = opened.enter();
    try {
      opened.initialize();
    } catch (Throwable t) {
      opened.close();
      throw new WorkerStartException(
          workerName + ": the initializer failed: " + Descriptions.of(t), "", "", t);
    } finally {
      opened.leave(before);
    }
  }

  @Override
  public @Nullable Runnable refuseToOpen() {
    refusing = true;
    return userCode.condemn(opening);
  }

  /** Interrupts the closing of what tasks have kept. */
  @Nullable Runnable interruptClosing() {
    return userCode.condemn(this);
  }

  @Override
  public void close() {
    WorkerScope closing = scope;
    scope = null;
    userCode.enterAnyway(this);
    try {
      if (closing != null) {
        closing.close();
      }
    } finally {
      userCode.leave();
      if (closing != null) {
        closing.leave(null);
      }
      whenClosed.accept(this);
    }
  }

  // ---- items

  @Override
  public void execute(
      Chunk<Mapper<Object, Object>> chunk, MoreChunks<Mapper<Object, Object>> more) {
    Thread current = Thread.currentThread();
    ClassLoader loader = current.getContextClassLoader();
    chunk.assignTo(workerName);
    chunk.placeIn(slot, 0);
    Map<String, String> mdc = callersThread ? MDC.getCopyOfContextMap() : null;
    boolean isStream = chunk.run().isStream();
    boolean measures = chunk.wantsCpuTime();
    long cpuBefore = measures ? CpuTime.ofThisThread() : Chunk.UNKNOWN;
    long start = System.nanoTime();
    publishAt = start + PUBLISH_NANOS;
    chunk.running(start);
    try {
      int next = 0;
      while (mayBegin(chunk, next) && userCode.enter(chunk, next)) {
        next = executeStretch(chunk, next);
        if (next == LOST) {
          return;
        }
        if (isStream && System.nanoTime() - publishAt > 0) {
          chunk.publish();
          publishAt = System.nanoTime() + PUBLISH_NANOS;
        }
      }
    } finally {
      current.setContextClassLoader(loader);
      if (mdc != null) {
        MDC.setContextMap(mdc);
      } else if (callersThread) {
        MDC.clear();
      }
    }
    long end = System.nanoTime();
    chunk.ran(start, end);
    if (cpuBefore != Chunk.UNKNOWN) {
      chunk.computed(CpuTime.ofThisThread() - cpuBefore);
    }
    chunk.finish(end - start, HANDOVER_NANOS);
  }

  /**
   * Executes items until there is a reason to leave user code: one that does not simply succeed,
   * the end of the chunk, or results that a stream may wait for.
   *
   * @return the position behind the last one, or {@link #LOST}
   */
  private int executeStretch(Chunk<Mapper<Object, Object>> chunk, int first) {
    Run<Mapper<Object, Object>> run = chunk.run();
    Mapper<Object, Object> function = run.function();
    ClassLoader loader = run.contextClassLoader();
    Thread current = Thread.currentThread();
    boolean isTimed = chunk.isTimed();
    boolean staysInside = chunk.watch == null;
    boolean isStream = run.isStream();
    int position = first;
    MDC.clear();
    while (true) {
      putInPlace(current, loader);
      Object value = null;
      Throwable thrown = null;
      long start = isTimed ? System.nanoTime() : 0;
      try {
        value = call(function, chunk.input(position));
      } catch (Throwable t) {
        thrown = t;
      }
      if (isTimed) {
        chunk.took(position, System.nanoTime() - start);
      }
      if (thrown != null
          || !staysInside
          || userCode.isCondemned()
          || (callersThread && current.isInterrupted())) {
        return settle(chunk, position, value, thrown) ? position + 1 : LOST;
      }
      chunk.succeed(position, value);
      position++;
      if (!isWanted(chunk, position) || (isStream && System.nanoTime() - publishAt > 0)) {
        break;
      }
      if (current.isInterrupted()) {
        if (callersThread) {
          break;
        }
        // Before the look: what this has dropped is what that sees.
        Thread.interrupted();
      }
      if (userCode.isCondemned()) {
        break;
      }
    }
    return userCode.leave() == UserCode.End.LOST ? LOST : position;
  }

  /** Sees that the item finds what belongs to its caller, and nothing that another one has left. */
  private void putInPlace(Thread current, @Nullable ClassLoader loader) {
    // A thread of the caller's may have its own idea of what it says it has.
    if (callersThread || current.getContextClassLoader() != loader) {
      current.setContextClassLoader(loader);
    }
    // That of the call comes with the function. What is here belongs to whoever reads a stream in
    // this thread, or another item has left it. To look costs less than to clear what is empty.
    if (MDC.getCopyOfContextMap() != null) {
      MDC.clear();
    }
  }

  private static boolean isWanted(Chunk<Mapper<Object, Object>> chunk, int position) {
    return position < chunk.size()
        && chunk.run().wants(chunk, position)
        && !chunk.run().isStopped();
  }

  /** Whoever interrupts a caller, or the task that it is, between two items wants an end. */
  private boolean mayBegin(Chunk<Mapper<Object, Object>> chunk, int position) {
    if (!isWanted(chunk, position)) {
      return false;
    }
    Run<Mapper<Object, Object>> run = chunk.run();
    if (callersThread && Thread.currentThread().isInterrupted()) {
      run.stop(run.interruption());
    }
    return !run.isStopped();
  }

  /**
   * Leaves user code behind an item and decides what became of it; false if the thread has been
   * given up and the chunk is not its any more.
   */
  private boolean settle(
      Chunk<Mapper<Object, Object>> chunk,
      int position,
      @Nullable Object value,
      @Nullable Throwable thrown) {
    Run<Mapper<Object, Object>> run = chunk.run();
    Judgement judgement = null;
    if (thrown != null && userCode.endItem()) {
      judgement = chunk.judge(position, ItemFailure.thrown(thrown, workerName));
    }
    UserCode.End end = userCode.leave();
    if (end == UserCode.End.LOST) {
      return false;
    }
    if (end == UserCode.End.EXPIRED) {
      return expired(chunk, position);
    }
    boolean wanted = end == UserCode.End.KEPT;
    boolean interrupted =
        Thread.currentThread().isInterrupted()
            || (wanted && thrown instanceof InterruptedException);
    if (callersThread && interrupted) {
      // Somebody wants an end of the call, or of the task that makes it. The flag is theirs, unless
      // it is that of a stop which is under way; then who reads the input tells them apart.
      Thread.currentThread().interrupt();
      if (!run.isStopped()) {
        run.stop(run.interruption());
      }
      wanted = false;
    }
    if (!wanted) {
      chunk.drop(position);
    } else if (thrown == null) {
      chunk.succeed(position, value);
    } else if (judgement != null) {
      chunk.fail(position, judgement);
    } else {
      chunk.fail(position, new Judgement(ItemFailure.thrown(thrown, workerName), false));
    }
    return true;
  }

  /** The item heeded its interrupt after its time was over. */
  private boolean expired(Chunk<Mapper<Object, Object>> chunk, int position) {
    ItemFailure failure = timedOut(chunk);
    userCode.enterAnyway(chunk.run());
    Judgement judgement = chunk.judge(position, failure);
    if (userCode.leave() == UserCode.End.LOST) {
      return false;
    }
    chunk.fail(position, judgement);
    return true;
  }

  private ItemFailure timedOut(Chunk<Mapper<Object, Object>> chunk) {
    return ItemFailure.timedOut(chunk.run().taskTimeout(), userCode.stackAtExpiry(), workerName);
  }

  @SuppressWarnings("NullAway") // Null inputs are ordinary values; T is whatever the caller says.
  private static @Nullable Object call(Mapper<Object, Object> mapper, @Nullable Object input)
      throws Exception {
    return mapper.map(input);
  }

  // ---- stop, by other threads

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

  @Override
  public @Nullable UnderWay underWay(Chunk<Mapper<Object, Object>> chunk) {
    return userCode.underWay(chunk);
  }

  @Override
  public @Nullable Runnable expire(Chunk<Mapper<Object, Object>> chunk, int position) {
    return userCode.expire(chunk, position);
  }

  @Override
  public @Nullable Runnable giveUp(Chunk<Mapper<Object, Object>> chunk, int position) {
    if (!userCode.giveUp(chunk, position)) {
      return null;
    }
    // The items behind this one go to others.
    return () -> {
      chunk.ranUntil(System.nanoTime());
      chunk.fail(position, timedOut(chunk));
      chunk.finish();
    };
  }
}
