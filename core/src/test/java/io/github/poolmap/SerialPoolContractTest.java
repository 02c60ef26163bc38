package io.github.poolmap;

import java.util.function.Consumer;

class SerialPoolContractTest extends PoolContract {

  @Override
  public Pool<Object, Object> build(Consumer<PoolBuilder<?>> settings) {
    SerialPool.Builder<Object, Object> builder = SerialPool.builder();
    settings.accept(builder);
    return builder.build();
  }

  @Override
  public boolean stopsDeafTasks() {
    return false;
  }

  @Override
  public boolean runsAsync() {
    return false;
  }

  @Override
  public boolean survivesCrash() {
    return false;
  }
}
