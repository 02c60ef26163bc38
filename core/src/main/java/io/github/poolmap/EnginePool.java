package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Collections2;
import com.google.common.collect.Iterables;
import io.github.poolmap.internal.observe.ProgressReport;
import io.github.poolmap.internal.run.Call;
import io.github.poolmap.internal.run.Engine;
import io.github.poolmap.internal.run.Life;
import io.github.poolmap.internal.run.Settled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** What all pools are: calls with certain options on an engine, within a life. */
class EnginePool<T, R> implements Pool<T, R> {

  private final Engine<?> engine;
  private final Life life;
  private final MapOptions options;
  private final List<ContextCarrier> carriers;

  EnginePool(Engine<?> engine, Life life, MapOptions options, List<ContextCarrier> carriers) {
    this.engine = engine;
    this.life = life;
    this.options = options.checkedFor(engine.kind());
    this.carriers = carriers;
  }

  // ---- map

  @Override
  public final <A extends T, B extends R> List<B> map(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs) {
    return typed(engine.map(call(mapper, inputs), true));
  }

  @Override
  public final <A extends T, B extends R> CompletableFuture<List<B>> mapAsync(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs) {
    return typed(engine.mapAsync(call(mapper, inputs)));
  }

  @Override
  public final <A extends T> void forEach(Effect<? super A> effect, Iterable<? extends A> inputs) {
    requireNonNull(effect, "effect");
    requireNonNull(inputs, "inputs");
    engine.map(call(effect, new EffectMapper<A>(effect), inputs), false);
  }

  // ---- streams

  @Override
  public final <A extends T, B extends R> Stream<B> imap(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs) {
    return typed(engine.imap(call(mapper, inputs), true));
  }

  @Override
  public final <A extends T, B extends R> Stream<B> imapUnordered(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs) {
    return typed(engine.imap(call(mapper, inputs), false));
  }

  @Override
  public final <A extends T, B extends R> Stream<Outcome<A, B>> imapOutcomes(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs) {
    return engine
        .imapOutcomes(call(mapper, inputs))
        .map(settled -> EnginePool.<A, B>outcome((Settled) settled));
  }

  // ---- outcomes

  @Override
  public final <A extends T, B extends R> List<Outcome<A, B>> mapOutcomes(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs) {
    List<Settled> settled = engine.mapOutcomes(call(mapper, inputs));
    List<Outcome<A, B>> outcomes = new ArrayList<>(settled.size());
    for (Settled each : settled) {
      outcomes.add(outcome(each));
    }
    return Collections.unmodifiableList(outcomes);
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // The input may be null if A allows it.
  private static <A, B> Outcome<A, B> outcome(Settled settled) {
    return new Outcome<>(
        settled.index(),
        (A) settled.input(),
        (B) settled.value(),
        settled.exception(),
        settled.attempts(),
        Duration.ofNanos(settled.nanos()),
        settled.worker());
  }

  // ---- starmap

  @Override
  public final <A, B, C extends R> List<C> starmap(
      BiMapper<? super A, ? super B, ? extends C> mapper,
      Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs) {
    return typed(engine.map(starCall(mapper, pairs), true));
  }

  @Override
  public final <A, B, C extends R> CompletableFuture<List<C>> starmapAsync(
      BiMapper<? super A, ? super B, ? extends C> mapper,
      Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs) {
    return typed(engine.mapAsync(starCall(mapper, pairs)));
  }

  private <A, B, C> Call starCall(
      BiMapper<? super A, ? super B, ? extends C> mapper,
      Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs) {
    requireNonNull(mapper, "mapper");
    requireNonNull(pairs, "pairs");
    // A collection remains one, so that it is read when those of map are.
    Iterable<Map.Entry<A, B>> copies =
        pairs instanceof Collection<? extends Map.Entry<? extends A, ? extends B>> collection
            ? Collections2.transform(collection, StarMapper::copy)
            : Iterables.transform(pairs, StarMapper::copy);
    return call(mapper, new StarMapper<A, B, C>(mapper), copies);
  }

  // ---- apply

  @Override
  public final <B extends R> B apply(Task<? extends B> task) {
    List<B> results = typed(engine.map(taskCall(task), true));
    return results.get(0);
  }

  @Override
  public final <B extends R> CompletableFuture<B> applyAsync(Task<? extends B> task) {
    CompletableFuture<?> future = engine.applyAsync(taskCall(task));
    return typed(future);
  }

  private <B> Call taskCall(Task<? extends B> task) {
    requireNonNull(task, "task");
    return call(task, new TaskMapper<B>(task), Arrays.asList((Object) null));
  }

  // ---- what all calls have in common

  private Call call(Mapper<?, ?> mapper, Iterable<?> inputs) {
    requireNonNull(mapper, "mapper");
    requireNonNull(inputs, "inputs");
    return call(mapper, mapper, inputs);
  }

  /** The types hold: results come from the mapper alone, and the mapper gets the inputs alone. */
  @SuppressWarnings("unchecked")
  private Call call(Object function, Mapper<?, ?> mapper, Iterable<?> inputs) {
    Mapper<Object, Object> carried = (Mapper<Object, Object>) mapper;
    for (ContextCarrier carrier : carriers) {
      carried = CarryingMapper.carry(carried, carrier);
    }
    carried = CarryingMapper.carry(carried, MdcCarrier.INSTANCE);
    ProgressListener report = options.progressLabel().isEmpty() ? null : ProgressReport.ofProgram();
    return new Call(life.calls(), function.getClass().getName(), carried, inputs, options, report);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X> X typed(Object results) {
    return (X) results;
  }

  @Override
  public final Pool<T, R> with(UnaryOperator<MapOptions> change) {
    requireNonNull(change, "change");
    MapOptions changed = requireNonNull(change.apply(options), "with(...) made options of null");
    return new EnginePool<>(engine, life, changed, carriers);
  }

  @Override
  public final int workers() {
    return engine.workers();
  }

  @Override
  public final PoolStats stats() {
    return engine.stats();
  }

  /**
   * Returns what tells the statistics without the slowest items, and lives as long as any view of
   * this pool.
   */
  final Supplier<PoolStats> statistics() {
    return engine.statistics();
  }

  @Override
  public final boolean isClosed() {
    return life.calls().isClosed();
  }

  @Override
  public final void close() {
    life.close();
  }

  @Override
  public final void terminate() {
    life.terminate();
  }

  @Override
  public String toString() {
    return life.calls().name()
        + "["
        + engine.workers()
        + (engine.workers() == 1 ? " worker" : " workers")
        + (isClosed() ? ", closed]" : "]");
  }
}
