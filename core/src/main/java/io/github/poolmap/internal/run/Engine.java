package io.github.poolmap.internal.run;

import io.github.poolmap.MapOptions;
import io.github.poolmap.Mapper;
import io.github.poolmap.PoolException;
import io.github.poolmap.PoolKind;
import io.github.poolmap.PoolListener;
import io.github.poolmap.PoolStats;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The workers behind one or more pools of the same kind, and how a call gets its items to them: the
 * caller waits, or a future or a stream does.
 *
 * @param <F> the form in which the workers need the function
 */
public abstract class Engine<F> {

  /** Somebody who did not want to wait has completed the future of a call. */
  private static final StopCause COMPLETED_BY_OTHERS =
      StopCause.ofCall(() -> new CancellationException("the future was completed by others"));

  private final String name;
  private final Counters counters = new Counters();
  private final PoolEvents events;

  /** Lives as long as this does, for those that must not keep it alive. */
  private final Supplier<PoolStats> statistics = () -> stats(false);

  Engine(String name, List<PoolListener> listeners, @Nullable LaneObserver observer) {
    this.name = name;
    this.events = new PoolEvents(name, listeners, observer);
  }

  /** An engine without workers: the caller does it all. */
  public static Engine<?> onCaller(
      String name,
      List<PoolListener> listeners,
      @Nullable LaneObserver observer,
      WorkerScope.Factory scopes) {
    return new CallerEngine(name, listeners, observer, scopes);
  }

  /** An engine whose workers are what the backend makes. */
  public static <F> Engine<F> on(
      String name,
      int workers,
      Duration idleTimeout,
      Backend<F> backend,
      List<PoolListener> listeners) {
    return on(name, workers, idleTimeout, backend, listeners, null);
  }

  /** The same, with somebody who is told what its lanes do. */
  public static <F> Engine<F> on(
      String name,
      int workers,
      Duration idleTimeout,
      Backend<F> backend,
      List<PoolListener> listeners,
      @Nullable LaneObserver observer) {
    return new LaneEngine<>(name, workers, idleTimeout, backend, listeners, observer);
  }

  /** An engine whose workers are threads, as many as it finds that it needs. */
  public static Engine<?> automatic(
      String name,
      List<PoolListener> listeners,
      @Nullable LaneObserver observer,
      WorkerScope.Factory scopes,
      Duration idleTimeout) {
    return new AutoEngine(name, idleTimeout, listeners, observer, scopes);
  }

  public final String name() {
    return name;
  }

  final Counters counters() {
    return counters;
  }

  final PoolEvents events() {
    return events;
  }

  /** Returns how many items run at a time at most. */
  public abstract int workers();

  /** Returns what the workers are. */
  public abstract PoolKind kind();

  abstract int liveWorkers();

  Optional<String> decision() {
    return Optional.empty();
  }

  Backend.Shipped shipped() {
    return new Backend.Shipped(0, 0);
  }

  /** Tells what this engine has done so far. Runs user code: the slowest inputs are described. */
  public final PoolStats stats() {
    return stats(true);
  }

  private PoolStats stats(boolean withSlowest) {
    Backend.Shipped shipped = shipped();
    PoolMeter.Figures figures = events.meter().figures(withSlowest);
    return new PoolStats(
        name,
        kind(),
        workers(),
        liveWorkers(),
        counters.calls.sum(),
        counters.items.sum(),
        counters.failures.sum(),
        counters.retries.sum(),
        counters.crashes.sum(),
        shipped.resources(),
        shipped.bytes(),
        decision(),
        figures.callTime(),
        figures.runTimes(),
        figures.waitTimes(),
        figures.slots(),
        figures.slowest());
  }

  /**
   * Returns what tells the same without the slowest items, so that it runs no user code. It is the
   * same one each time, and collected when this engine is.
   */
  public final Supplier<PoolStats> statistics() {
    return statistics;
  }

  /** Has the workers end as soon as no call is under way; does not wait. */
  public abstract void shutdown();

  /** Waits until no worker is left. */
  public abstract void awaitWorkers() throws InterruptedException;

  /** Gets rid of the workers at once; waits at most so long for it. */
  public abstract void terminate(long millis) throws InterruptedException;

  // ---- where a call is carried out

  /** Brings the function into its form, in the thread of the caller. */
  abstract F prepare(Mapper<Object, Object> mapper);

  /**
   * Returns where a call of the calling thread is carried out.
   *
   * @param waits whether that thread does nothing but wait for the call
   */
  abstract Stage<F> stage(MapOptions options, boolean waits);

  /** Tells whether a call whose caller does not wait has ended all the same when it returns. */
  abstract boolean isCallers();

  private Run<F> newRun(Stage<F> stage, Call call, F function, Sink sink, @Nullable Thread caller) {
    CallContext context =
        new CallContext(
            call.calls().name(),
            call.function(),
            call.options(),
            caller,
            counters,
            events.newCall(call.options(), call.report()));
    return new Run<>(stage, context, function, sink);
  }

  /** The call begins: from here on it counts as one, and its time runs. */
  private void begin(Stage<F> stage, Call call, Run<F> run) {
    AbandonedStreams.sweep();
    OpenPools.sweep();
    call.calls().enter(run);
    counters.calls.increment();
    run.context().events().started(run, call.inputs());
    try {
      run.begin();
      stage.enter(run);
    } catch (Throwable t) {
      // It holds no timer any more.
      run.stop(StopCause.ofCall(() -> t));
      run.context().events().ended(t);
      throw t;
    }
  }

  private void beginOrLeave(Stage<F> stage, Call call, Run<F> run) {
    try {
      begin(stage, call, run);
    } catch (Throwable t) {
      stage.leave(run);
      call.calls().leave(run);
      throw t;
    }
  }

  // ---- calls that wait

  /**
   * Maps each input, in order, and waits for it.
   *
   * @param keepsResults false if nobody wants them
   */
  public final List<Object> map(Call call, boolean keepsResults) {
    ListSink sink = new ListSink(keepsResults);
    Run<F> run = carryOut(call, sink);
    return results(run, sink);
  }

  /** Maps each input, in order, waits, and tells what became of each. */
  @SuppressWarnings("NullAway") // Each item has an outcome by now.
  public final List<Settled> mapOutcomes(Call call) {
    OutcomeSink sink = new OutcomeSink();
    Run<F> run = carryOut(call, sink);
    Throwable failure = Run.failureOfCall(run.stopCause());
    if (failure != null) {
      throw Run.<RuntimeException>asThrown(failure);
    }
    run.fillOpen();
    return Collections.unmodifiableList(sink.outcomes(Math.toIntExact(run.inputsRead())));
  }

  private List<Object> results(Run<F> run, ListSink sink) {
    StopCause cause = run.stopCause();
    Throwable failure = cause == null ? sink.failure(run.inputsRead()) : cause.exception().get();
    if (failure != null) {
      throw Run.<RuntimeException>asThrown(failure);
    }
    return sink.results(Math.toIntExact(run.inputsRead()));
  }

  /** Carries a call out in such a way that nothing of it is under way when this returns. */
  private Run<F> carryOut(Call call, Sink sink) {
    F function = prepare(call.mapper());
    Stage<F> stage = stage(call.options(), true);
    Run<F> run = newRun(stage, call, function, sink, Thread.currentThread());
    boolean entered = false;
    try {
      if (Thread.currentThread().isInterrupted()) {
        throw Run.<RuntimeException>asThrown(run.interruption().exception().get());
      }
      begin(stage, call, run);
      entered = true;
      Feed.feed(run, stage, call.inputs());
      stage.awaitEnd(run);
      return run;
    } finally {
      // First what cannot fail: deep recursion may have left no stack for the rest.
      run.markOver();
      stage.leave(run);
      call.calls().leave(run);
      if (entered) {
        run.context().events().ended(failureForEvents(run, sink));
        run.context().events().awaitShown();
      }
    }
  }

  private @Nullable Throwable failureForEvents(Run<F> run, Sink sink) {
    if (!run.context().events().wantsFailure()) {
      return null;
    }
    StopCause cause = run.stopCause();
    if (cause != null) {
      return cause.exception().get();
    }
    return sink instanceof ListSink list ? list.failure(run.inputsRead()) : null;
  }

  // ---- calls that do not wait

  /** Maps each input, in order, without waiting for it. */
  public final CompletableFuture<List<Object>> mapAsync(Call call) {
    return callAsync(call, results -> results);
  }

  /** Maps the one input without waiting for it. */
  public final CompletableFuture<@Nullable Object> applyAsync(Call call) {
    return callAsync(call, results -> results.get(0));
  }

  private <V extends @Nullable Object> CompletableFuture<V> callAsync(
      Call call, Function<List<Object>, V> form) {
    PoolFuture<V> future = new PoolFuture<>();
    if (isCallers()) {
      if (call.calls().isClosed()) {
        throw call.calls().refusal();
      }
      try {
        future.complete(form.apply(map(call, true)));
      } catch (Throwable t) {
        future.completeExceptionally(t);
      }
      return future;
    }
    F function = prepare(call.mapper());
    Stage<F> stage = stage(call.options(), false);
    ListSink sink = new ListSink(true);
    Run<F> run = newRun(stage, call, function, sink, null);
    run.whenEnded(
        () ->
            Callbacks.run(
                () -> deliver(stage, call, run, () -> form.apply(results(run, sink)), future)));
    beginOrLeave(stage, call, run);
    future.onCompletion(() -> run.stop(COMPLETED_BY_OTHERS));
    if (call.inputs() instanceof Collection<?>) {
      Feed.feed(run, stage, call.inputs());
    } else {
      feedInBackground(stage, call, run);
    }
    return future;
  }

  private void feedInBackground(Stage<F> stage, Call call, Run<F> run) {
    try {
      new ServiceThread(() -> Feed.feed(run, stage, call.inputs()), name + "-input").start();
    } catch (OutOfMemoryError e) {
      // The system grants no more threads.
      run.failInput(new PoolException(name + ": no thread to be had to read the input", e));
    }
  }

  /** The run has ended: completes the future, in a thread that may be held up by what it does. */
  private <V extends @Nullable Object> void deliver(
      Stage<F> stage, Call call, Run<F> run, Supplier<V> results, PoolFuture<V> future) {
    stage.leave(run);
    // Who closes the pool need not wait for what depends on the future, only for the future.
    run.markOverWhen(future::isDone);
    try {
      future.deliver(
          results,
          failure -> {
            run.context().events().ended(failure);
            run.context().events().awaitShown();
          });
    } finally {
      call.calls().leave(run);
    }
  }

  /** Maps inputs as the stream is read. */
  public final Stream<Object> imap(Call call, boolean ordered) {
    return stream(call, ordered ? StreamSink.Form.ORDERED : StreamSink.Form.UNORDERED);
  }

  /** Maps inputs as the stream of {@link Settled} is read, and tells what became of each. */
  public final Stream<Object> imapOutcomes(Call call) {
    return stream(call, StreamSink.Form.OUTCOMES);
  }

  private Stream<Object> stream(Call call, StreamSink.Form form) {
    if (call.calls().isClosed()) {
      throw call.calls().refusal();
    }
    F function = prepare(call.mapper());
    ResultStream<F> results =
        new ResultStream<>(() -> open(call, function, form), call.inputs(), form);
    return StreamSupport.stream(results, false).onClose(results::close);
  }

  /** A stream begins to be read. */
  private ResultStream.Opened<F> open(Call call, F function, StreamSink.Form form) {
    Stage<F> stage = stage(call.options(), false);
    StreamSink sink = new StreamSink(form);
    Run<F> run = newRun(stage, call, function, sink, null);
    // Lanes are let go as soon as nothing is left to do, whether or not all of it has been read.
    run.whenEnded(
        () -> {
          stage.leave(run);
          call.calls().itemsEnded();
        });
    beginOrLeave(stage, call, run);
    return new ResultStream.Opened<>(
        run,
        new RunReader<>(run, sink),
        stage,
        failure -> {
          run.markOver();
          call.calls().leave(run);
          run.context().events().ended(failure);
        });
  }
}
