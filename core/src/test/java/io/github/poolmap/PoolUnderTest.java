package io.github.poolmap;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** What the parts of the contract work with: a kind of pool and its three capabilities. */
interface PoolUnderTest {

  Duration GRACE = Duration.ofMillis(500);

  /** Generous: a stop takes milliseconds, on a machine that does something else it may not. */
  Duration SOON = Duration.ofSeconds(5);

  Duration PATIENCE = Duration.ofSeconds(20);

  /** Makes a pool, of two workers if the kind allows it. */
  Pool<Object, Object> build(Consumer<PoolBuilder<?>> settings);

  /** Whether a task that ignores its interrupt is ended all the same. */
  boolean stopsDeafTasks();

  /** Whether tasks run while their caller does something else. */
  boolean runsAsync();

  /** Whether a task that ends its JVM leaves this one alone, which is so if it runs in another. */
  boolean survivesCrash();

  /** The pool that tests share where they can, with {@link #GRACE}. */
  Pool<Object, Object> pool();

  /** A journal of this test. */
  Journal journal();

  /** Makes a pool of its own for a test, which closes it. */
  default Pool<Object, Object> newPool(UnaryOperator<MapOptions> options) {
    return build(builder -> builder.options(options));
  }

  /**
   * Whether a table is run in full in which each row costs this kind many JVMs, though another kind
   * runs all of it and comes by its workers in a like way. Otherwise some rows will do.
   */
  default boolean runsWholeTables() {
    return true;
  }

  default boolean tasksShareThisJvm() {
    return !survivesCrash();
  }

  /** Waits for all workers to be at work, and tells how many lines of the journal that took. */
  default int allWorkersCome(Journal there) {
    int workers = pool().workers();
    pool()
        .with(o -> o.chunkSize(1))
        .map(
            x -> {
              there.add(-x);
              while (there.lines().size() < workers) {
                Thread.sleep(2);
              }
              return x;
            },
            range(workers));
    return workers;
  }

  static List<Integer> range(int size) {
    return IntStream.range(0, size).boxed().toList();
  }
}
