package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shows the {@linkplain Pool#stats statistics} of a pool to Micrometer. It needs {@code
 * io.micrometer:micrometer-core}, which Poolmap does not bring along.
 *
 * <pre>{@code PoolMetrics.of(pool).bindTo(registry);}</pre>
 *
 * <p>The names of all meters begin with {@code poolmap.}, and all have the tags {@code pool} and
 * {@code kind}: counters {@code calls}, {@code items}, {@code failures}, {@code retries}, {@code
 * crashes}, {@code starts} and {@code bytes} (tag {@code direction}: {@code sent} or {@code
 * received}); gauges {@code workers}, {@code workers.live} and {@code utilisation}; timers {@code
 * items.run} and {@code items.wait}; and {@code workers.time} (tag {@code activity}: {@code
 * start-up}, {@code busy}, {@code hand-over} or {@code idle}), for how long workers have done that.
 *
 * <p>Nothing is measured for it beside what pools measure anyway; the statistics are looked at when
 * the registry asks, once a second at most. A registry does not keep a pool from being collected;
 * its meters go on as long as any handle or view of the pool is in use. Of two pools of the same
 * name and kind the registry takes the first one only, unless {@link #tags} tell them apart. Safe
 * for use by many threads.
 */
public final class PoolMetrics implements MeterBinder {

  private static final long FRESH_NANOS = 1_000_000_000;

  private final Pool<?, ?> pool;
  private final Tags tags;

  private PoolMetrics(Pool<?, ?> pool, Tags tags) {
    this.pool = pool;
    this.tags = tags;
  }

  /**
   * Returns what shows the statistics of this pool.
   *
   * @param pool the pool, or a handle or view of it
   * @return the binder
   */
  public static PoolMetrics of(Pool<?, ?> pool) {
    return new PoolMetrics(requireNonNull(pool, "pool"), Tags.empty());
  }

  /**
   * Returns the same with further tags on each meter.
   *
   * @param more the tags
   * @return the binder
   */
  public PoolMetrics tags(Iterable<Tag> more) {
    return new PoolMetrics(pool, tags.and(requireNonNull(more, "tags")));
  }

  /** The statistics of a moment ago. Has no hold on the pool, as meters have none. */
  private static final class Latest<S> {

    private final Function<S, PoolStats> look;
    private @Nullable PoolStats stats;
    private long taken;

    Latest(Function<S, PoolStats> look) {
      this.look = look;
    }

    synchronized PoolStats of(S source) {
      long now = System.nanoTime();
      PoolStats known = stats;
      if (known == null || now - taken > FRESH_NANOS) {
        known = look.apply(source);
        stats = known;
        taken = now;
      }
      return known;
    }

    ToDoubleFunction<S> read(ToDoubleFunction<PoolStats> value) {
      return source -> value.applyAsDouble(of(source));
    }
  }

  /**
   * Meters of one pool in one registry, which knows the pool by the source, weakly. So that must
   * not be part of any function that the registry keeps.
   */
  private record Binding<S>(MeterRegistry registry, S source, Tags tags, Latest<S> latest) {

    void count(String name, String what, ToLongFunction<PoolStats> value, String... more) {
      FunctionCounter.builder("poolmap." + name, source, latest.read(value::applyAsLong))
          .description(what)
          .tags(tags.and(more))
          .register(registry);
    }

    void countBytes(String direction, ToLongFunction<PoolStats.Slot> value) {
      FunctionCounter.builder(
              "poolmap.bytes",
              source,
              latest.read(stats -> stats.slots().stream().mapToLong(value).sum()))
          .description("Bytes of functions, inputs and results of worker processes")
          .baseUnit("bytes")
          .tags(tags.and("direction", direction))
          .register(registry);
    }

    void gauge(String name, String what, ToDoubleFunction<PoolStats> value) {
      Gauge.builder("poolmap." + name, source, latest.read(value))
          .description(what)
          .tags(tags)
          .register(registry);
    }

    void time(String activity, Function<PoolStats.Slot, Duration> value) {
      TimeGauge.builder(
              "poolmap.workers.time",
              source,
              TimeUnit.SECONDS,
              latest.read(
                  stats ->
                      stats.slots().stream()
                          .mapToDouble(slot -> Amounts.seconds(value.apply(slot)))
                          .sum()))
          .description("For how long workers have done this")
          .tags(tags.and("activity", activity))
          .register(registry);
    }

    void timer(String name, String what, Function<PoolStats, Distribution> value) {
      Latest<S> known = latest;
      FunctionTimer.builder(
              "poolmap." + name,
              source,
              counted -> value.apply(known.of(counted)).count(),
              known.read(stats -> Amounts.seconds(value.apply(stats).total())),
              TimeUnit.SECONDS)
          .description(what)
          .tags(tags)
          .register(registry);
    }
  }

  /**
   * Registers the meters.
   *
   * @param registry where
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    if (pool instanceof EnginePool<?, ?> known) {
      // The workers, not this handle or view of them: that may be gone long before they are.
      bind(registry, known.statistics(), Supplier::get);
    } else {
      bind(registry, pool, Pool::stats);
    }
  }

  private <S> void bind(MeterRegistry registry, S source, Function<S, PoolStats> look) {
    PoolStats first = look.apply(source);
    Tags own = tags.and("pool", first.pool(), "kind", first.kind().name().toLowerCase(Locale.ROOT));
    bind(new Binding<>(registry, source, own, new Latest<>(look)));
  }

  private static void bind(Binding<?> to) {
    to.count("calls", "Calls that have begun", PoolStats::calls);
    to.count("items", "Items that have ended, failed ones included", PoolStats::items);
    to.count("failures", "Items that have failed", PoolStats::failures);
    to.count("retries", "Attempts beside the first one of each item", PoolStats::retries);
    to.count("crashes", "Worker processes that died with an item", PoolStats::crashes);
    to.count(
        "starts",
        "Workers that were started",
        stats -> stats.slots().stream().mapToLong(PoolStats.Slot::starts).sum());
    to.countBytes("sent", PoolStats.Slot::bytesSent);
    to.countBytes("received", PoolStats.Slot::bytesReceived);
    to.gauge("workers", "How many items run at a time at most", PoolStats::workers);
    to.gauge("workers.live", "How many workers there are now", PoolStats::liveWorkers);
    to.gauge("utilisation", "Share of the workers' time in tasks, of 1", PoolStats::utilisation);
    to.time("start-up", PoolStats.Slot::startUp);
    to.time("busy", PoolStats.Slot::busy);
    to.time("hand-over", PoolStats.Slot::handOver);
    to.time("idle", PoolStats.Slot::idle);
    to.timer("items.run", "How long items took", PoolStats::runTimes);
    to.timer("items.wait", "How long items waited for a worker", PoolStats::waitTimes);
  }
}
