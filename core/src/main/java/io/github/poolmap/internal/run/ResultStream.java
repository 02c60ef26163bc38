package io.github.poolmap.internal.run;

import io.github.poolmap.PoolException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a stream of results reads from: starts the call at its first element, reads inputs ahead as
 * far as the window allows, and waits for the next result.
 *
 * <pre>
 *   NEW --first element--> OPEN --end, failure--> DONE
 *    |                      |
 *    +--------close---------+-----------------> CLOSED
 * </pre>
 *
 * <p>Who reads on in a stream that was closed before its end gets an exception, whether or not it
 * waited for the next element at that moment: the elements so far would pass for all there are.
 *
 * <p>Used by one thread at a time, but for {@link #close}, which any thread may call.
 */
final class ResultStream<F> implements Spliterator<Object> {

  /** Makes the run when the stream begins to be read. */
  @FunctionalInterface
  interface Opener<F> {
    Opened<F> open();
  }

  /**
   * A run that has begun.
   *
   * @param leave to be called when the stream is not read any more
   */
  record Opened<F>(
      Run<F> run, RunReader<F> reader, Stage<F> stage, Consumer<@Nullable Throwable> leave) {

    /** Nobody can read on. Does not wait for what is under way. */
    void abandon() {
      reader.endReading();
      run.whenEnded(() -> leave.accept(null));
    }
  }

  /** Inputs that take longer are not read while there is something to yield. */
  private static final long QUICK_NANOS = 1_000_000;

  private final Opener<F> opener;
  private final Iterable<?> inputs;
  private final boolean ordered;
  private final boolean outcomes;

  // Guarded by this; the run and the iterator are used by the reader without it.
  private @Nullable Opened<F> opened;
  private boolean done;
  private boolean closed;
  private AbandonedStreams.@Nullable Watch watch;

  private @Nullable Iterator<?> iterator;

  /** Whether the latest input was there at once. */
  private boolean readsQuickly;

  ResultStream(Opener<F> opener, Iterable<?> inputs, StreamSink.Form form) {
    this.opener = opener;
    this.inputs = inputs;
    this.ordered = form == StreamSink.Form.ORDERED;
    this.outcomes = form == StreamSink.Form.OUTCOMES;
  }

  private synchronized @Nullable Opened<F> opened() {
    if (closed) {
      throw Run.<RuntimeException>asThrown(whyClosed());
    }
    if (opened == null && !done) {
      Opened<F> call = opener.open();
      opened = call;
      watch = AbandonedStreams.watch(this, call::abandon);
    }
    return done ? null : opened;
  }

  /** What the run was stopped for, if that was before it was closed; otherwise that it was. */
  private Throwable whyClosed() {
    Throwable failure = opened == null ? null : opened.reader().endOfStream();
    return failure == null ? new IllegalStateException("the stream has been closed") : failure;
  }

  @Override
  public boolean tryAdvance(Consumer<? super Object> action) {
    Opened<F> call = opened();
    if (call == null) {
      return false;
    }
    Object element = next(call);
    if (element == RunReader.END) {
      Throwable failure = call.reader().endOfStream();
      end(call, failure, false);
      if (failure != null) {
        throw Run.<RuntimeException>asThrown(failure);
      }
      return false;
    }
    accept(call, action, element);
    return true;
  }

  /** Hands an element on; a failed item throws at its position. */
  private void accept(Opened<F> call, Consumer<? super Object> action, @Nullable Object element) {
    if (!outcomes && element instanceof Settled settled) {
      PoolException failure = settled.exception();
      end(call, failure, false);
      if (failure != null) {
        throw failure;
      }
    }
    acceptNullable(action, element);
  }

  @SuppressWarnings("NullAway") // Null results are ordinary values.
  private static void acceptNullable(Consumer<? super Object> action, @Nullable Object element) {
    action.accept(element);
  }

  private @Nullable Object next(Opened<F> call) {
    Run<F> run = call.run();
    while (true) {
      Object element;
      try {
        element = call.reader().next(readsAhead(call));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        run.stop(run.interruption());
        return RunReader.END;
      }
      if (element == RunReader.WORK) {
        call.stage().work(run);
      } else if (element == RunReader.READ) {
        long start = System.nanoTime();
        read(call);
        readsQuickly = System.nanoTime() - start < QUICK_NANOS;
      } else {
        return element;
      }
    }
  }

  /**
   * Tells whether inputs are read before elements that are there are yielded. Would the reader take
   * those first it would at times find the workers idle; but an input that has to be waited for
   * must not hold up what is there, and only those of a collection are known not to be.
   */
  private boolean readsAhead(Opened<F> call) {
    return readsQuickly && inputs instanceof Collection<?> && !call.stage().isCaller();
  }

  private void read(Opened<F> call) {
    Run<F> run = call.run();
    UserCode reading = run.reading();
    boolean ended = false;
    Object input = null;
    Throwable failure = null;
    reading.enterAnyway(run);
    if (run.wantsNoMoreInput()) {
      // Stopped before that could reach this thread here.
      reading.leave();
      return;
    }
    try {
      if (iterator == null) {
        iterator = inputs.iterator();
      }
      ended = !iterator.hasNext();
      input = ended ? null : iterator.next();
    } catch (Throwable t) {
      failure = t;
    }
    boolean kept = reading.leave() == UserCode.End.KEPT;
    if (failure != null && kept && Thread.currentThread().isInterrupted()) {
      // It was interrupted where it blocked; it is not the input that has failed.
      run.stop(run.interruption());
    } else if (failure != null && (kept || Feed.isOfItsOwn(run, failure))) {
      call.reader().failInput(failure);
    } else if (failure != null || ended) {
      // What could not be read any more because the run was stopped is no input of it.
      run.endInput();
    } else {
      run.append(input);
      call.stage().work(run);
    }
  }

  /**
   * Ends the call: waits until nothing of it runs any more.
   *
   * @param failure what the reader gets to see at the end
   * @param closing whether it ends before its reader has come to the end
   */
  private void end(Opened<F> call, @Nullable Throwable failure, boolean closing) {
    synchronized (this) {
      if (done) {
        return;
      }
      done = true;
      closed = closing;
      if (watch != null) {
        watch.cancel();
      }
    }
    call.reader().endReading();
    if (UserCode.isInside(call.run())) {
      // A task or the iterator that closes its own stream would wait for itself.
      call.run().whenEnded(() -> call.leave().accept(failure));
      return;
    }
    call.run().awaitEnd();
    call.leave().accept(failure);
    call.run().context().events().awaitShown();
  }

  void close() {
    Opened<F> call;
    synchronized (this) {
      call = opened;
      if (call == null) {
        done = true;
        closed = true;
      }
    }
    if (call != null) {
      end(call, null, true);
    }
  }

  @Override
  public @Nullable Spliterator<Object> trySplit() {
    // In a parallel stream too the reader is one thread: the workers are those of the pool.
    return null;
  }

  @Override
  public long estimateSize() {
    return Long.MAX_VALUE;
  }

  @Override
  public int characteristics() {
    return ordered ? ORDERED : 0;
  }
}
