package io.github.poolmap;

import java.util.function.UnaryOperator;

class ThreadPoolContractTest extends PoolContract {

  @Override
  Pool<Object, Object> newPool(UnaryOperator<MapOptions> options) {
    return ThreadPool.builder().workers(2).options(options).build();
  }

  @Override
  boolean stopsDeafTasks() {
    return false;
  }

  @Override
  boolean runsAsync() {
    return true;
  }

  @Override
  boolean survivesCrash() {
    return false;
  }
}
