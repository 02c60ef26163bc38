package io.github.poolmap;

import java.util.function.Consumer;

/** The contract for pools of processes, whatever their start strategy. */
abstract class ProcessPoolContract extends PoolContract {

  /** Most of the JVMs live for a moment, which is not worth the work of the better compiler. */
  static final String QUICK_BOOT = "-XX:TieredStopAtLevel=1";

  private final StartStrategy strategy;
  private final String[] jvmArgs;

  ProcessPoolContract(StartStrategy strategy, String... jvmArgs) {
    this.strategy = strategy;
    this.jvmArgs = jvmArgs;
  }

  @Override
  public Pool<Object, Object> build(Consumer<PoolBuilder<?>> settings) {
    ProcessPool.Builder<Object, Object> builder = ProcessPool.builder();
    builder.workers(2).startStrategy(strategy).jvmArgs(jvmArgs);
    settings.accept(builder);
    return builder.build();
  }

  @Override
  public boolean stopsDeafTasks() {
    return true;
  }

  @Override
  public boolean runsAsync() {
    return true;
  }

  @Override
  public boolean survivesCrash() {
    return true;
  }
}
