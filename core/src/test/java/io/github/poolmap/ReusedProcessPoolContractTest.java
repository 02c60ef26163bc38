package io.github.poolmap;

import java.util.function.Consumer;

class ReusedProcessPoolContractTest extends PoolContract {

  @Override
  public Pool<Object, Object> build(Consumer<PoolBuilder<?>> settings) {
    ProcessPool.Builder<Object, Object> builder = ProcessPool.builder();
    builder.workers(2).startStrategy(StartStrategy.reuse());
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
