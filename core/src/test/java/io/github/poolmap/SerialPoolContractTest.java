package io.github.poolmap;

import java.util.function.UnaryOperator;

class SerialPoolContractTest extends PoolContract {

  @Override
  Pool<Object, Object> newPool(UnaryOperator<MapOptions> options) {
    return SerialPool.builder().options(options).build();
  }

  @Override
  boolean stopsDeafTasks() {
    return false;
  }

  @Override
  boolean runsAsync() {
    return false;
  }

  @Override
  boolean survivesCrash() {
    return false;
  }
}
