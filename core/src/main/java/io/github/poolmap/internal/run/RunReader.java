package io.github.poolmap.internal.run;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The side of a run from which the reader of its stream takes what is there, and sees what there is
 * to do: all is decided under the lock of the run, and nothing is done here.
 */
final class RunReader<F> {

  /** What {@link #next} gives when an input has to be read. */
  static final Object READ = new Object();

  /** What {@link #next} gives when the calling thread has items to execute. */
  static final Object WORK = new Object();

  /** What {@link #next} gives when all has been yielded. */
  static final Object END = new Object();

  private final Run<F> run;
  private final StreamSink sink;
  private final Claims claims;
  private final ReentrantLock lock;
  private final Condition changed;

  /** Guarded by the lock. */
  private @Nullable Throwable inputFailure;

  RunReader(Run<F> run, StreamSink sink) {
    this.run = run;
    this.sink = sink;
    this.claims = run.claims();
    this.lock = run.lock();
    this.changed = run.changed();
  }

  /**
   * Waits for the next element.
   *
   * @param readFirst whether an input is to be read, if there is room for it, before an element is
   *     yielded that is there already
   * @return a value, a {@link Settled}, or what there is to do: {@link #READ}, {@link #WORK},
   *     {@link #END}
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  @Nullable Object next(boolean readFirst) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        boolean itemsStopped = areItemsStopped();
        if ((run.stopCause() != null && !itemsStopped) || sink.fatal() != null) {
          return END;
        }
        if (readFirst && wantsInput()) {
          return READ;
        }
        if (sink.hasNext()) {
          return take();
        }
        if (itemsStopped && run.hasEnded()) {
          run.fillOpen();
          if (sink.hasNext()) {
            continue;
          }
          return claims.isInputEnded() ? END : READ;
        }
        if (run.stage().isCaller() && run.isClaimable()) {
          return WORK;
        }
        if (claims.isInputComplete() && sink.yielded() == claims.read()) {
          return END;
        }
        if (wantsInput()) {
          return READ;
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether the items have been stopped, and the reader is told so of each of them. */
  private boolean areItemsStopped() {
    StopCause cause = run.stopCause();
    return cause != null && cause.ofItems() != null && !run.isFailFast();
  }

  private boolean wantsInput() {
    return !claims.isInputComplete()
        && !run.isStopped()
        && claims.read() - sink.yielded() < run.window();
  }

  private @Nullable Object take() {
    boolean full = claims.bytesLeft() <= 0;
    Object element = sink.take();
    if (full && run.isClaimable()) {
      run.stage().nowClaimable(run);
    }
    return element;
  }

  /** Says that the input has failed; the reader gets to see that after what was read before. */
  void failInput(Throwable failure) {
    lock.lock();
    try {
      inputFailure = failure;
    } finally {
      lock.unlock();
    }
    run.endInput();
  }

  /** Returns what the reader gets at the end, null if that is just the end. */
  @Nullable Throwable endOfStream() {
    Settled fatal;
    lock.lock();
    try {
      fatal = sink.fatal();
      if (fatal == null) {
        StopCause cause = run.stopCause();
        return cause != null && !areItemsStopped() ? cause.exception().get() : inputFailure;
      }
    } finally {
      lock.unlock();
    }
    return fatal.exception();
  }

  /** Nobody reads on: gives up what has not been yielded. Does not wait. */
  void endReading() {
    run.stop(
        StopCause.ofCall(
            () ->
                new IllegalStateException(
                    run.context().poolName() + ": the stream has been closed")));
    lock.lock();
    try {
      sink.clear();
      run.cancelCallTimer();
    } finally {
      lock.unlock();
    }
  }
}
