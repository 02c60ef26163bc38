package io.github.poolmap.internal.run;

import io.github.poolmap.ProgressListener;
import io.github.poolmap.ProgressListener.Progress;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one listener of the progress of all calls that have it, in a daemon of its own. Starts and
 * ends of calls wait in a queue; between them the states of the calls are looked at now and then,
 * so a slow listener hears of fewer. The thread ends when there has been no call for a while.
 */
final class ProgressThread {

  private static final Logger LOG = LoggerFactory.getLogger(ProgressThread.class);

  /** Between two looks. */
  private static final long LOOK_MILLIS = 100;

  /** Between two looks for streams that have been abandoned. */
  private static final long SWEEP_MILLIS = 1_000;

  private static final long IDLE_MILLIS = 100;

  private static final int MOST_CALLS = 10_000;

  /** Those that have something to do, by the identity of their listeners. Guarded by itself. */
  private static final Map<ProgressListener, ProgressThread> ALL = new IdentityHashMap<>();

  private final ProgressListener listener;

  // Guarded by this.
  private final ArrayDeque<Watch> waiting = new ArrayDeque<>();
  private boolean running;
  private int calls;
  private long refused;

  // Used by the thread alone.
  private final Set<Watch> live = new LinkedHashSet<>();
  private long nextLook;
  private long nextSweep;
  private boolean hasFailed;

  private ProgressThread(ProgressListener listener) {
    this.listener = listener;
  }

  /**
   * One call, as this listener is told of it.
   *
   * <pre>
   *   NEW --told of the start--> LIVE --told of the end--> OVER
   *    |                                                    ^
   *    +---- too many calls wait: REFUSED ------------------+
   * </pre>
   */
  static final class Watch {

    private final ProgressThread thread;
    private final CallProgress call;
    private final long beatNanos;
    private final CountDownLatch over = new CountDownLatch(1);

    // Used by the thread alone.
    private boolean started;
    private @Nullable Progress told;
    private @Nullable Progress progressed;
    private long nextBeat;

    private Watch(ProgressThread thread, CallProgress call, long beatNanos) {
      this.thread = thread;
      this.call = call;
      this.beatNanos = beatNanos;
    }

    /** The call has ended. */
    void end() {
      thread.end(this);
    }

    boolean awaitTold(long time, TimeUnit unit) throws InterruptedException {
      return over.await(time, unit);
    }
  }

  /**
   * A call begins that a listener is told of.
   *
   * @param beatMillis after so long its state is told, changed or not
   */
  static Watch watch(ProgressListener listener, CallProgress call, long beatMillis) {
    synchronized (ALL) {
      return ALL.computeIfAbsent(listener, ProgressThread::new).begin(call, beatMillis);
    }
  }

  private Watch begin(CallProgress call, long beatMillis) {
    Watch watch = new Watch(this, call, nanos(beatMillis));
    boolean firstRefused;
    synchronized (this) {
      if (calls < MOST_CALLS) {
        calls++;
        add(watch);
        return watch;
      }
      firstRefused = refused == 0;
      refused++;
      watch.over.countDown();
    }
    if (firstRefused) {
      LOG.warn("progress listener {} is too slow, it is not told of further calls", name());
    }
    return watch;
  }

  private synchronized void end(Watch watch) {
    if (watch.over.getCount() > 0) {
      add(watch);
    }
  }

  private void add(Watch watch) {
    waiting.addLast(watch);
    notifyAll();
    if (running) {
      return;
    }
    try {
      new ServiceThread(this::run, "poolmap-progress").start();
      running = true;
    } catch (OutOfMemoryError e) {
      LOG.warn("no thread for progress listener {}, it is told with the next call", name(), e);
    }
  }

  private void run() {
    do {
      Watch next;
      while ((next = next()) != null) {
        if (next.started) {
          tellEnd(next);
        } else {
          tellStart(next);
        }
        lookIfDue();
      }
      // There is time to look, or nothing to do any more.
      lookIfDue();
    } while (!endsNow());
  }

  /** Waits for the next start or end; null if it is time to look, or there was none for long. */
  private synchronized @Nullable Watch next() {
    long end = live.isEmpty() ? System.nanoTime() + nanos(IDLE_MILLIS) : nextLook;
    while (waiting.isEmpty()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return null;
      }
      try {
        wait(left / 1_000_000 + 1);
      } catch (InterruptedException e) {
        // The listener may have interrupted its own thread; that is no matter of what comes next.
        continue;
      }
    }
    return waiting.removeFirst();
  }

  private boolean endsNow() {
    if (!live.isEmpty()) {
      return false;
    }
    // Whoever begins a call holds this one while it is added.
    synchronized (ALL) {
      synchronized (this) {
        if (!waiting.isEmpty()) {
          return false;
        }
        running = false;
        ALL.remove(listener);
        return true;
      }
    }
  }

  private void tellStart(Watch watch) {
    watch.started = true;
    if (live.isEmpty()) {
      nextLook = System.nanoTime() + nanos(LOOK_MILLIS);
      nextSweep = System.nanoTime() + nanos(SWEEP_MILLIS);
    }
    live.add(watch);
    Progress first = watch.call.now();
    note(watch, first);
    tell(() -> listener.started(first));
  }

  private void tellEnd(Watch watch) {
    live.remove(watch);
    Progress last = watch.call.now();
    if (!last.equals(watch.progressed)) {
      tell(() -> listener.progressed(last));
    }
    tell(() -> listener.ended(last, watch.call.failure()));
    long missed;
    synchronized (this) {
      calls--;
      watch.over.countDown();
      missed = waiting.isEmpty() ? refused : 0;
      refused -= missed;
    }
    if (missed > 0) {
      LOG.warn("{} calls were not told to progress listener {}", missed, name());
    }
  }

  private void lookIfDue() {
    long now = System.nanoTime();
    if (live.isEmpty() || now - nextLook < 0) {
      return;
    }
    for (Watch watch : live) {
      Progress state = watch.call.now();
      if (System.nanoTime() - watch.nextBeat >= 0 || isNews(watch.told, state)) {
        note(watch, state);
        watch.progressed = state;
        tell(() -> listener.progressed(state));
      }
    }
    nextLook = System.nanoTime() + nanos(LOOK_MILLIS);
    if (now - nextSweep >= 0) {
      // The call of a stream that was dropped is over, whether or not another one begins.
      AbandonedStreams.sweep();
      nextSweep = now + nanos(SWEEP_MILLIS);
    }
  }

  private static void note(Watch watch, Progress state) {
    watch.told = state;
    watch.nextBeat = System.nanoTime() + watch.beatNanos;
  }

  private static boolean isNews(@Nullable Progress before, Progress now) {
    return before == null
        || before.done() != now.done()
        || before.failed() != now.failed()
        || !before.total().equals(now.total());
  }

  private void tell(Runnable event) {
    try {
      event.run();
    } catch (Throwable t) {
      if (hasFailed) {
        LOG.debug("progress listener {} failed again", name(), t);
      } else {
        LOG.warn("progress listener {} failed", name(), t);
        hasFailed = true;
      }
    }
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private String name() {
    return listener.getClass().getName();
  }
}
