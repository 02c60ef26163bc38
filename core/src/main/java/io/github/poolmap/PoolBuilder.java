package io.github.poolmap;

import static java.util.Objects.requireNonNull;

import java.util.function.UnaryOperator;

/** The options that all kinds of pools have. */
abstract class PoolBuilder<B extends PoolBuilder<B>> {

  private final int mostWorkers;
  private int workers;
  private String name;
  private MapOptions options = MapOptions.defaults();

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
