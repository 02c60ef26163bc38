package io.github.poolmap.internal.run;

import io.github.poolmap.Mapper;
import io.github.poolmap.PoolListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes calls to threads, as many as the items turn out to need: while calls are under way it
 * samples what the threads do, and moves the limit of the dispatcher.
 */
final class AutoEngine extends LaneEngine<Mapper<Object, Object>> {

  private static final Logger LOG = LoggerFactory.getLogger(AutoEngine.class);

  private static final Duration SAMPLE = Duration.ofMillis(20);

  /** A stream may never be read on: after so many samples without work it waits for some. */
  private static final int MOST_IDLE_SAMPLES = 50;

  private static final int MOST_PLATFORM = 64;
  private static final int MOST_VIRTUAL = 10_000;

  private final AtomicBoolean sampling = new AtomicBoolean();
  private final ThreadDemand demand;
  private final ThreadSampler sampler;

  /** Of whoever samples. */
  private int idleSamples;

  private volatile Optional<String> decision = Optional.empty();

  AutoEngine(
      String name,
      Duration idleTimeout,
      List<PoolListener> listeners,
      @Nullable LaneObserver observer,
      WorkerScope.Factory scopes) {
    // Those of nested calls have numbers beyond: few, and they hold what their tasks hold.
    super(
        name,
        most(),
        idleTimeout,
        ThreadBackend.mixed(scopes, MOST_PLATFORM, most()),
        listeners,
        observer);
    int cores = Math.min(Runtime.getRuntime().availableProcessors(), most());
    this.demand = new ThreadDemand(cores, most());
    this.sampler = new ThreadSampler(cores);
    dispatcher().setLimit(cores);
    dispatcher().whenLanesCome(this::beginSampling);
  }

  private static int most() {
    return VirtualThreads.areAvailable() ? MOST_VIRTUAL : MOST_PLATFORM;
  }

  @Override
  Optional<String> decision() {
    return decision;
  }

  boolean isSampling() {
    return sampling.get();
  }

  /** Threads begin to work. Called under the lock of the dispatcher. */
  private void beginSampling() {
    if (sampling.compareAndSet(false, true)) {
      sampler.forget();
      idleSamples = 0;
      Deadlines.after(SAMPLE, this::sample);
    }
  }

  /** On the timer's thread, one at a time. */
  private void sample() {
    try {
      sampleOnce();
    } catch (RuntimeException | Error e) {
      // The next thread that comes to work begins anew.
      sampling.set(false);
      throw e;
    }
  }

  private void sampleOnce() {
    List<Thread> busy = dispatcher().busyThreads();
    idleSamples = busy.isEmpty() && !dispatcher().hasBacklog() ? idleSamples + 1 : 0;
    if (!dispatcher().isActive() || idleSamples >= MOST_IDLE_SAMPLES) {
      conclude(demand.endOfCalls());
      sampling.set(false);
      // Work that came until now found the sampling under way.
      // Backlog first: what is claimed in between is busy then.
      if (dispatcher().hasBacklog() || !dispatcher().busyThreads().isEmpty()) {
        beginSampling();
      }
      return;
    }
    ThreadSampler.Sample sample = sampler.sample(busy);
    if (sample.threads() > 0) {
      int limit = demand.next(sample, dispatcher().hasBacklog());
      if (limit != dispatcher().lanes()) {
        dispatcher().setLimit(limit);
      }
      conclude(demand.decision());
    }
    Deadlines.after(SAMPLE, this::sample);
  }

  private void conclude(Optional<String> news) {
    if (news.isPresent()) {
      decision = news;
      LOG.info("{}: {}", name(), news.get());
    }
  }
}
