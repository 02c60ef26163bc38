package io.github.poolmap;

import java.util.function.Consumer;

class SpawnedProcessPoolContractTest extends PoolContract {

  @Override
  public Pool<Object, Object> build(Consumer<PoolBuilder<?>> settings) {
    ProcessPool.Builder<Object, Object> builder = ProcessPool.builder();
    // They live for a moment, which is not worth the work of the better compiler.
    builder.workers(2).startStrategy(StartStrategy.spawn()).jvmArgs("-XX:TieredStopAtLevel=1");
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
