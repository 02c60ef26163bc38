package io.github.poolmap.benchmarks.peers;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code stream.gather(Gatherers.mapConcurrent(n, function))}, which this is compiled without: a
 * JDK from 24 on has it.
 */
public final class MapConcurrent {

  /** Why it is missing. */
  public static final String MISSING = "needs JDK 24, this is JDK " + Runtime.version().feature();

  private final MethodHandle mapConcurrent;
  private final MethodHandle gather;

  private MapConcurrent(MethodHandle mapConcurrent, MethodHandle gather) {
    this.mapConcurrent = mapConcurrent;
    this.gather = gather;
  }

  /** Finds it, null on an older JDK. */
  public static @Nullable MapConcurrent find() throws IllegalAccessException {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    try {
      Class<?> gatherer = Class.forName("java.util.stream.Gatherer");
      Class<?> gatherers = Class.forName("java.util.stream.Gatherers");
      return new MapConcurrent(
          lookup.findStatic(
              gatherers,
              "mapConcurrent",
              MethodType.methodType(gatherer, int.class, Function.class)),
          lookup.findVirtual(
              Stream.class, "gather", MethodType.methodType(Stream.class, gatherer)));
    } catch (ClassNotFoundException | NoSuchMethodException e) {
      return null;
    }
  }

  /** Maps all items, so many at once, each on a virtual thread. */
  @SuppressWarnings("unchecked") // what the signatures of the JDK say
  public <T, R> List<R> map(int concurrency, Function<T, R> function, List<T> items)
      throws Exception {
    try {
      Object gatherer = mapConcurrent.invoke(concurrency, function);
      Stream<R> results = (Stream<R>) gather.invoke(items.stream(), gatherer);
      return results.toList();
    } catch (Error | Exception e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
