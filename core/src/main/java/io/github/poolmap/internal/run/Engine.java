package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.Mapper;
import io.github.poolmap.PoolException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The workers behind one or more pools of the same kind, and how a call gets its items to them.
 *
 * @param <F> the form in which the workers need the function
 */
public abstract class Engine<F> {

  private final String name;
  private final int workers;

  private Engine(String name, int workers) {
    this.name = name;
    this.workers = workers;
  }

  /** An engine without workers: the caller does it all. */
  public static Engine<?> onCaller(String name) {
    return new CallerEngine(name);
  }

  /** An engine whose workers are threads. */
  public static Engine<?> onThreads(String name, int workers, Duration idleTimeout) {
    return new LaneEngine<>(name, workers, idleTimeout, new ThreadBackend());
  }

  /** An engine whose workers are what the backend makes. */
  public static <F> Engine<F> on(
      String name, int workers, Duration idleTimeout, Backend<F> backend) {
    return new LaneEngine<>(name, workers, idleTimeout, backend);
  }

  public String name() {
    return name;
  }

  public int workers() {
    return workers;
  }

  /** Maps each input, in order, and waits for it. */
  public abstract List<Object> map(
      Calls calls, Mapper<Object, Object> mapper, Iterable<?> inputs, MapOptions options);

  /** Has the workers end as soon as no call is under way; does not wait. */
  public abstract void shutdown();

  /** Waits until no worker is left. */
  public abstract void awaitWorkers() throws InterruptedException;

  /** Gets rid of the workers at once; waits at most so long for it. */
  public abstract void terminate(long millis) throws InterruptedException;

  /**
   * Hands the inputs to the run: a collection as it is now, others as they come.
   *
   * @param afterEach executes what has been handed over, if this thread does that
   * @param afterFailure sees that nobody waits for this thread, if it does
   */
  private static void feed(
      Run<?> run, Iterable<?> inputs, Runnable afterEach, Runnable afterFailure) {
    try {
      if (inputs instanceof Collection<?> collection) {
        run.append(collection.toArray());
      } else {
        for (Object input : inputs) {
          if (Thread.currentThread().isInterrupted()) {
            run.stop(run::interruption);
          }
          if (run.isStopped()) {
            return;
          }
          run.append(new @Nullable Object[] {input});
          afterEach.run();
        }
      }
      run.endInput();
      afterEach.run();
    } catch (Throwable failureOfInput) {
      // It reaches the caller as itself, once nothing of the call runs any more.
      run.stop(() -> new IllegalStateException("the input failed", failureOfInput));
      afterFailure.run();
      run.awaitEnd();
      throw failureOfInput;
    }
  }

  /** Executes every call in the thread of its caller. */
  private static final class CallerEngine extends Engine<Mapper<Object, Object>> {

    CallerEngine(String name) {
      super(name, 1);
    }

    @Override
    public List<Object> map(
        Calls calls, Mapper<Object, Object> mapper, Iterable<?> inputs, MapOptions options) {
      return mapOnCaller(calls, mapper, inputs, options);
    }

    @Override
    public void shutdown() {}

    @Override
    public void awaitWorkers() {}

    @Override
    public void terminate(long millis) {}
  }

  private static List<Object> mapOnCaller(
      Calls calls, Mapper<Object, Object> mapper, Iterable<?> inputs, MapOptions options) {
    Run<Mapper<Object, Object>> run =
        new Run<>(
            calls.name(),
            mapper,
            options,
            1,
            new ReentrantLock(),
            UserCode.currentRun(),
            self -> {});
    if (Thread.currentThread().isInterrupted()) {
      throw run.interruption();
    }
    try {
      calls.enter(run);
      CallerLane lane = new CallerLane();
      feed(run, inputs, () -> lane.executeAll(run), () -> run.disown(lane));
      return run.await();
    } finally {
      // First what cannot fail: deep recursion may have left no stack for the rest.
      run.markOver();
      calls.leave(run);
    }
  }

  /** Passes calls to lanes. */
  private static final class LaneEngine<F> extends Engine<F> {

    private final Backend<F> backend;
    private final Dispatcher<F> dispatcher;

    LaneEngine(String name, int workers, Duration idleTimeout, Backend<F> backend) {
      super(name, workers);
      this.backend = backend;
      this.dispatcher = new Dispatcher<>(name, workers, idleTimeout, backend);
    }

    @Override
    public List<Object> map(
        Calls calls, Mapper<Object, Object> mapper, Iterable<?> inputs, MapOptions options) {
      Run<?> outer = UserCode.currentRun();
      if (Thread.currentThread() instanceof LaneThread lane) {
        if (backend.isInline()) {
          // A worker that waited for workers could wait for itself; so it does the work.
          return mapOnCaller(calls, mapper, inputs, options);
        }
        if (!lane.executesTasks()) {
          throw new PoolException(
              calls.name()
                  + ": called while "
                  + lane.getName()
                  + " reads or writes a value; such code cannot wait for worker processes",
              null);
        }
      }
      F function = backend.prepare(mapper);
      Run<F> run =
          new Run<>(
              calls.name(),
              function,
              options,
              workers(),
              dispatcher.lock(),
              outer,
              dispatcher::nowClaimable);
      if (Thread.currentThread().isInterrupted()) {
        throw run.interruption();
      }
      try {
        calls.enter(run);
        dispatcher.enter(run);
        feed(run, inputs, () -> {}, () -> {});
        return run.await();
      } finally {
        run.markOver();
        dispatcher.leave(run);
        calls.leave(run);
      }
    }

    @Override
    public void shutdown() {
      dispatcher.shutdown();
    }

    @Override
    public void awaitWorkers() throws InterruptedException {
      dispatcher.awaitLanes();
    }

    @Override
    public void terminate(long millis) throws InterruptedException {
      dispatcher.shutdown();
      backend.terminate();
      dispatcher.awaitLanes(millis);
    }
  }
}
