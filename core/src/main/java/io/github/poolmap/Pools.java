package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import io.github.poolmap.internal.process.SharedValue;
import io.github.poolmap.internal.process.WarmWorkers;
import io.github.poolmap.internal.run.Engine;
import io.github.poolmap.internal.run.Errands;
import io.github.poolmap.internal.run.Life;
import io.github.poolmap.internal.run.VirtualThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out pools of every kind and owns their workers.
 *
 * <pre>{@code
 * try (Pools pools = Pools.create()) {
 *   List<Double> roots = pools.threads().map(x -> Math.sqrt(x), List.of(1, 4, 9));
 * }
 * }</pre>
 *
 * <p>The pools are handles: two of the same kind and size share their workers, and closing one ends
 * that handle only; the workers end with the {@code Pools}. Neither making it nor asking it for a
 * pool starts anything. Safe for use by many threads.
 */
public final class Pools implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Pools.class);

  private static final String VIRTUAL_NAME = "poolmap-virtual";
  private static final String AUTO_NAME = "poolmap-auto";

  private final int defaultWorkers;
  private final @Nullable PoolKind processFallback;
  private final @Nullable Trace trace;
  private final AtomicBoolean fallbackTold = new AtomicBoolean();

  /** By what they are: equal specs share workers. Guarded by itself. */
  private final Map<Object, Engine<?>> engines = new LinkedHashMap<>();

  private final Life life = Life.ofAll("poolmap", this::enginesSoFar);

  /** What has not been closed and is still in use. Guarded by itself. */
  private final Set<Shared<?>> shared = Collections.newSetFromMap(new WeakHashMap<>());

  private Pools(int defaultWorkers, @Nullable PoolKind processFallback, @Nullable Trace trace) {
    this.defaultWorkers = defaultWorkers;
    this.processFallback = processFallback;
    this.trace = trace;
  }

  private <B extends PoolBuilder<B>> B traced(B builder) {
    return trace == null ? builder : builder.trace(trace);
  }

  /**
   * Makes one with the default options: as many workers as there are cores.
   *
   * @return the pools
   */
  public static Pools create() {
    return builder().build();
  }

  /**
   * Returns a builder with the default options.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a pool that runs its calls in the calling thread.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> serial() {
    return handle(spec("serial", 1), () -> traced(SerialPool.builder()).newEngine());
  }

  /**
   * Returns a pool of threads, as many as there are workers by default.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> threads() {
    return threads(defaultWorkers);
  }

  /**
   * Returns a pool of so many threads.
   *
   * @param workers 1 to 10,000
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws IllegalArgumentException if the number is out of range
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> threads(int workers) {
    PoolBuilder.checkWorkers(workers, ThreadPool.MOST_WORKERS);
    return handle(
        spec("threads", workers),
        () ->
            traced(ThreadPool.builder())
                .name(name(ThreadPool.DEFAULT_NAME, workers))
                .workers(workers)
                .newEngine());
  }

  /**
   * Returns a pool of 1,000 virtual threads, for tasks that mostly wait.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws UnsupportedOperationException if this JDK is older than 21
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> virtualThreads() {
    VirtualThreads.check();
    return handle(
        spec("virtual", ThreadPool.VIRTUAL_WORKERS),
        () -> traced(ThreadPool.builder()).name(VIRTUAL_NAME).virtual().newEngine());
  }

  /**
   * Returns a pool of threads that finds out how many it needs.
   *
   * <p>It starts with one thread for each core. While items run it looks every 20 ms how much of
   * the time the threads spend computing; while they mostly wait (for the network, a disk, a lock,
   * a sleep) it adds threads, up to 64, and virtual ones beyond, up to 10,000, where this JDK has
   * them. If they compute later on, it goes back. One log line says what was measured and chosen,
   * and so does {@link Pool#stats()}. It never chooses processes: on the JVM they buy isolation,
   * not cores.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> auto() {
    return handle(
        spec("auto", defaultWorkers),
        () ->
            Engine.automatic(
                AUTO_NAME,
                List.of(),
                traced(ThreadPool.builder()).name(AUTO_NAME).observer(PoolKind.THREADS, 0),
                PoolWorker.factory(null),
                Duration.ofSeconds(60)));
  }

  /**
   * Returns a pool of child JVMs, as many as there are workers by default.
   *
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws WorkerStartException if child JVMs cannot be launched here and no {@linkplain
   *     Builder#processFallback fallback} was asked for
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> processes() {
    return processes(defaultWorkers);
  }

  /**
   * Returns a pool of so many child JVMs.
   *
   * @param workers 1 to 1,024
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws IllegalArgumentException if the number is out of range
   * @throws WorkerStartException if child JVMs cannot be launched here and no {@linkplain
   *     Builder#processFallback fallback} was asked for
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> processes(int workers) {
    PoolBuilder.checkWorkers(workers, ProcessPool.MOST_WORKERS);
    return processes(builder -> builder.workers(workers));
  }

  /**
   * Returns a pool of child JVMs with settings of its own. Handles with equal settings share their
   * workers; call options are those of the handle.
   *
   * <pre>{@code pools.processes(b -> b.workers(4).maxHeap(512L << 20).initializer(Native::load))}
   * </pre>
   *
   * @param settings changes a builder, which has as many workers as there are by default, and
   *     returns it
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws IllegalArgumentException if a setting is out of its range
   * @throws WorkerStartException if child JVMs cannot be launched here and no {@linkplain
   *     Builder#processFallback fallback} was asked for
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> processes(UnaryOperator<ProcessPool.Builder<T, R>> settings) {
    requireNonNull(settings, "settings");
    ProcessPool.Builder<T, R> fresh = traced(ProcessPool.<T, R>builder()).workers(defaultWorkers);
    ProcessPool.Builder<T, R> builder =
        requireNonNull(settings.apply(fresh), "processes(...) made a builder of null");
    String unavailable = builder.unavailable();
    if (unavailable != null) {
      return fallback(unavailable, builder);
    }
    if (builder.name().equals(ProcessPool.DEFAULT_NAME)) {
      builder.name(name(ProcessPool.DEFAULT_NAME, builder.workers()));
    }
    return handle(builder.spec(), builder::newEngine, builder.options(), builder.carriers());
  }

  private <T, R> Pool<T, R> fallback(String unavailable, ProcessPool.Builder<T, R> builder) {
    if (processFallback == null) {
      throw new WorkerStartException(
          "child JVMs cannot be launched here: "
              + unavailable
              + ". Use threads(), or Pools.builder().processFallback(PoolKind.THREADS)",
          "",
          "",
          null);
    }
    if (!fallbackTold.getAndSet(true)) {
      LOG.warn(
          "poolmap: child JVMs cannot be launched here ({}), falling back to {}",
          unavailable,
          processFallback);
    }
    boolean serial = processFallback == PoolKind.SERIAL;
    int workers = serial ? 1 : builder.workers();
    String kindsName =
        serial ? SerialPool.DEFAULT_NAME : name(ThreadPool.DEFAULT_NAME, builder.workers());
    String poolName = builder.name().equals(ProcessPool.DEFAULT_NAME) ? kindsName : builder.name();
    Supplier<Engine<?>> maker =
        serial
            ? () -> SerialPool.builder().name(poolName).takeOver(builder).newEngine()
            : () ->
                ThreadPool.builder().name(poolName).workers(workers).takeOver(builder).newEngine();
    FallbackSpec spec =
        new FallbackSpec(
            poolName, workers, builder.initializer(), builder.listeners(), builder.trace());
    return handle(spec, maker, builder.options().withoutBytes(), builder.carriers());
  }

  /** What tells the workers of one pool from those of another that stand in for processes. */
  private record FallbackSpec(
      String name,
      int workers,
      @Nullable Effect<? super WorkerInfo> initializer,
      List<PoolListener> listeners,
      @Nullable Trace trace) {}

  /**
   * Returns the pool of that kind with the default number of workers.
   *
   * @param kind what the workers are
   * @param <T> the bound of the inputs
   * @param <R> the bound of the results
   * @return a handle
   * @throws PoolClosedException if this is closed
   */
  public <T, R> Pool<T, R> pool(PoolKind kind) {
    requireNonNull(kind, "kind");
    return switch (kind) {
      case SERIAL -> serial();
      case THREADS -> threads();
      case PROCESSES -> processes();
    };
  }

  /** Pools of another size than the default have it in their name. */
  private String name(String base, int workers) {
    return workers == defaultWorkers ? base : base + ".of" + workers;
  }

  /** What tells the workers of one pool from those of another. */
  private static String spec(String form, int workers) {
    return form + " " + workers;
  }

  private <T, R> Pool<T, R> handle(String spec, Supplier<Engine<?>> maker) {
    return handle(spec, maker, MapOptions.defaults(), List.of());
  }

  private <T, R> Pool<T, R> handle(
      Object spec, Supplier<Engine<?>> maker, MapOptions options, List<ContextCarrier> carriers) {
    Engine<?> engine;
    synchronized (engines) {
      if (life.calls().isClosed()) {
        throw life.calls().refusal();
      }
      engine = engines.computeIfAbsent(spec, absent -> maker.get());
    }
    return new EnginePool<>(engine, Life.ofHandle(engine.name(), life), options, carriers);
  }

  private List<Engine<?>> enginesSoFar() {
    synchronized (engines) {
      return new ArrayList<>(engines.values());
    }
  }

  /**
   * Shares a large value with the tasks of pools, which capture what this returns and call its
   * {@link Shared#get}. The value is written to a file at once, for worker processes to read: in
   * memory where the system has a file system for that, else below {@code java.io.tmpdir}. Threads
   * use the value itself.
   *
   * @param value a primitive array, a buffer (of less than 2 GiB), or anything that can be
   *     serialized; nobody should change it from now on
   * @param <V> type of the value
   * @return what tasks capture; close it when it is not needed any more, else it is closed with
   *     this
   * @throws NotSerializableTaskException if the value cannot be serialized, with the field path
   * @throws PoolException if there is no room for the file, or the value is too large
   * @throws PoolClosedException if this is closed
   */
  public <V> Shared<V> share(V value) {
    requireNonNull(value, "value");
    if (life.calls().isClosed()) {
      throw life.calls().refusal();
    }
    Shared<V> made = SharedValue.of(value);
    synchronized (shared) {
      if (!life.calls().isClosed()) {
        shared.add(made);
        return made;
      }
    }
    made.close();
    throw life.calls().refusal();
  }

  /** Workers may still be reading what they have been sent. */
  private void closeShared(boolean workersGone) {
    if (!workersGone) {
      Errands.run(
          () -> {
            try {
              for (Engine<?> each : enginesSoFar()) {
                each.awaitWorkers();
              }
              closeShared(true);
            } catch (InterruptedException e) {
              // Nobody interrupts errands; whatever it was, these values are not needed any more.
              closeShared(true);
            }
          });
      return;
    }
    List<Shared<?>> left;
    synchronized (shared) {
      left = new ArrayList<>(shared);
      shared.clear();
    }
    left.forEach(Shared::close);
  }

  /**
   * Refuses new calls, waits for those of all handles and ends the workers. Doing it again does
   * nothing more. Interrupted meanwhile it {@linkplain #terminate() terminates} instead and keeps
   * the interrupt flag; called from a task of one of its pools it returns at once. What has been
   * {@linkplain #share shared} is closed last.
   */
  @Override
  public void close() {
    try {
      life.close();
    } finally {
      closeShared(!life.calls().isInside());
    }
  }

  /**
   * Refuses new calls, stops those of all handles and ends the workers, as {@link Pool#terminate}.
   */
  public void terminate() {
    try {
      life.terminate();
    } finally {
      closeShared(true);
    }
  }

  /**
   * Ends the worker JVMs that pools of this program have left {@linkplain StartStrategy#reuse()
   * warm}, and spare ones that wait; returns when they are gone, which takes a second at most for
   * those that hang. Workers that pools have at present are not touched.
   */
  public static void releaseWarm() {
    WarmWorkers.release();
  }

  /** Builds {@link Pools}. Not safe for use by many threads. */
  public static final class Builder {

    private int workers = Runtime.getRuntime().availableProcessors();
    private @Nullable PoolKind processFallback;
    private @Nullable Trace trace;

    private Builder() {}

    /**
     * Sets how many workers a pool has when its caller does not say. The default is the number of
     * cores.
     *
     * @param count 1 to 1,024
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder workers(int count) {
      workers = PoolBuilder.checkWorkers(count, ProcessPool.MOST_WORKERS);
      return this;
    }

    /**
     * Sets what {@code processes()} gives where child JVMs cannot be launched, with one warning in
     * the log. By default it fails there. The name, the call options but for {@code
     * maxBytesInFlight}, the initializer, listeners, carriers and trace of a builder are taken
     * over; what concerns JVMs has no meaning then.
     *
     * @param kind THREADS or SERIAL
     * @return this builder
     * @throws IllegalArgumentException if it is PROCESSES
     */
    public Builder processFallback(PoolKind kind) {
      requireNonNull(kind, "processFallback");
      if (kind == PoolKind.PROCESSES) {
        throw new IllegalArgumentException(
            "processFallback = PROCESSES is not allowed: allowed are THREADS and SERIAL");
      }
      processFallback = kind;
      return this;
    }

    /**
     * Has what the workers of all pools do, and when, recorded.
     *
     * @param recorder what records it; {@code processes(...)} may set another one for its pool
     * @return this builder
     */
    public Builder trace(Trace recorder) {
      trace = requireNonNull(recorder, "trace");
      return this;
    }

    /**
     * Makes the pools; starts nothing.
     *
     * @return the pools
     */
    public Pools build() {
      return new Pools(workers, processFallback, trace);
    }
  }
}
