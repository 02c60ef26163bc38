package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Iterables;
import io.github.poolmap.internal.run.Engine;
import io.github.poolmap.internal.run.Life;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What all pools are: calls with certain options on an engine, within a life. */
class EnginePool<T, R> implements Pool<T, R> {

  private final Engine<?> engine;
  private final Life life;
  private final MapOptions options;

  EnginePool(Engine<?> engine, Life life, MapOptions options) {
    this.engine = engine;
    this.life = life;
    this.options = options;
  }

  @Override
  public final <A extends T, B extends R> List<B> map(
      Mapper<? super A, ? extends B> mapper, Iterable<? extends A> inputs) {
    requireNonNull(mapper, "mapper");
    requireNonNull(inputs, "inputs");
    return call(mapper, inputs);
  }

  @Override
  public final <A, B, C extends R> List<C> starmap(
      BiMapper<? super A, ? super B, ? extends C> mapper,
      Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs) {
    requireNonNull(mapper, "mapper");
    requireNonNull(pairs, "pairs");
    Iterable<Map.Entry<A, B>> copies;
    if (pairs instanceof Collection<? extends Map.Entry<? extends A, ? extends B>> collection) {
      List<Map.Entry<A, B>> list = new ArrayList<>(collection.size());
      for (Map.Entry<? extends A, ? extends B> pair : collection) {
        list.add(StarMapper.copy(pair));
      }
      copies = list;
    } else {
      copies = Iterables.transform(pairs, StarMapper::copy);
    }
    return call(new StarMapper<A, B, C>(mapper), copies);
  }

  @Override
  public final <B extends R> B apply(Task<? extends B> task) {
    requireNonNull(task, "task");
    List<B> results = call(new TaskMapper<B>(task), Arrays.asList((Object) null));
    return results.get(0);
  }

  /** The types hold: results come from the mapper alone, and the mapper gets the inputs alone. */
  @SuppressWarnings("unchecked")
  private <B> List<B> call(Mapper<?, ? extends B> mapper, Iterable<?> inputs) {
    List<?> results = engine.map(life.calls(), (Mapper<Object, Object>) mapper, inputs, options);
    return (List<B>) results;
  }

  @Override
  public final Pool<T, R> with(UnaryOperator<MapOptions> change) {
    requireNonNull(change, "change");
    MapOptions changed = requireNonNull(change.apply(options), "with(...) made options of null");
    return new EnginePool<>(engine, life, changed);
  }

  @Override
  public final int workers() {
    return engine.workers();
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
