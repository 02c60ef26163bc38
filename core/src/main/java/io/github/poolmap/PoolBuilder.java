package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import io.github.poolmap.internal.observe.SpanSink;
import io.github.poolmap.internal.run.LaneObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The options that all kinds of pools have. */
abstract class PoolBuilder<B extends PoolBuilder<B>> {

  private final int mostWorkers;
  private int workers;
  private String name;
  private MapOptions options = MapOptions.defaults();
  private @Nullable Effect<? super WorkerInfo> initializer;
  private final List<PoolListener> listeners = new ArrayList<>();
  private final List<ContextCarrier> carriers = new ArrayList<>();
  private final List<SpanSink> sinks = new ArrayList<>();
  private @Nullable Trace trace;

  PoolBuilder(String name, int workers, int mostWorkers) {
    this.name = name;
    this.workers = workers;
    this.mostWorkers = mostWorkers;
  }

  abstract B self();

  /**
   * Sets how many items run at a time at most. The default is the number of cores.
   *
   * @param count 1 or more
   * @return this builder
   * @throws IllegalArgumentException if it is out of range
   */
  public B workers(int count) {
    workers = checkWorkers(count, mostWorkers);
    return self();
  }

  static int checkWorkers(int count, int most) {
    if (count < 1 || count > most) {
      throw new IllegalArgumentException(
          "workers = " + count + " is out of range: allowed are 1 to " + most);
    }
    return count;
  }

  /**
   * Sets the name that threads, worker processes, log lines and messages bear.
   *
   * @param poolName letters, digits, dots, dashes and underscores, at most 60 of them
   * @return this builder
   * @throws IllegalArgumentException if it is something else
   */
  public B name(String poolName) {
    requireNonNull(poolName, "name");
    if (!poolName.matches("[\\w.-]{1,60}")) {
      throw new IllegalArgumentException(
          "name = \""
              + poolName
              + "\" is not allowed: use 1 to 60 letters, digits, dots, dashes and underscores");
    }
    name = poolName;
    return self();
  }

  /**
   * Changes the options of the pool's calls.
   *
   * @param change turns the options so far into the new ones
   * @return this builder
   * @throws IllegalArgumentException if an option is out of its range
   */
  public B options(UnaryOperator<MapOptions> change) {
    requireNonNull(change, "options");
    options = requireNonNull(change.apply(options), "options(...) made options of null");
    return self();
  }

  /**
   * Sets what each worker does once, before its first task: in a {@link SerialPool} each thread
   * that calls it, in a {@link ProcessPool} each JVM, to which it is sent.
   *
   * <p>If it throws, the worker cannot be used, and after a few such starts in a row the pool fails
   * with {@link WorkerStartException}, whose cause is that exception.
   *
   * @param effect what is done with the worker
   * @return this builder
   */
  public B initializer(Effect<? super WorkerInfo> effect) {
    initializer = requireNonNull(effect, "initializer");
    return self();
  }

  /**
   * Adds a listener to what happens in the pool.
   *
   * @param listener hears of it, in a thread of its own
   * @return this builder
   */
  public B listener(PoolListener listener) {
    listeners.add(requireNonNull(listener, "listener"));
    return self();
  }

  /**
   * Adds what hands thread-bound context, such as that of tracing, from callers to tasks.
   *
   * @param carrier carries the context
   * @return this builder
   */
  public B carry(ContextCarrier carrier) {
    carriers.add(requireNonNull(carrier, "carrier"));
    return self();
  }

  /**
   * Has what the workers do, and when, recorded. Each chunk takes some microseconds longer then,
   * and the time of each item is measured.
   *
   * @param recorder what records it; may be that of other pools too
   * @return this builder
   */
  public B trace(Trace recorder) {
    trace = requireNonNull(recorder, "trace");
    return self();
  }

  /**
   * Takes over what all kinds of pools have, and the calls of this kind can have, but for the
   * number of workers and the name.
   */
  final B takeOver(PoolBuilder<?> other) {
    options = other.options.withoutBytes();
    initializer = other.initializer;
    listeners.addAll(other.listeners);
    sinks.addAll(other.sinks);
    trace = other.trace;
    carriers.addAll(other.carriers);
    return self();
  }

  final @Nullable Effect<? super WorkerInfo> initializer() {
    return initializer;
  }

  final List<PoolListener> listeners() {
    return List.copyOf(listeners);
  }

  /** Adds what is told what the workers do, and when. */
  final B watchedBy(SpanSink sink) {
    sinks.add(sink);
    return self();
  }

  final List<SpanSink> sinks() {
    return List.copyOf(sinks);
  }

  final @Nullable Trace trace() {
    return trace;
  }

  /** Returns who is told what the lanes of a new pool do. */
  final LaneObserver observer(PoolKind kind, int mostAtATime) {
    List<SpanSink> all = new ArrayList<>(sinks);
    if (trace != null) {
      all.add(trace.timeline().watch(name, kind, mostAtATime));
    }
    return new PoolObserver(name, all);
  }

  final List<ContextCarrier> carriers() {
    return List.copyOf(carriers);
  }

  final int workers() {
    return workers;
  }

  final String name() {
    return name;
  }

  final MapOptions options() {
    return options;
  }
}
