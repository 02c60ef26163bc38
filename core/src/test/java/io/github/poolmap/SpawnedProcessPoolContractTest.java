package io.github.poolmap;

import java.util.function.UnaryOperator;

class SpawnedProcessPoolContractTest extends PoolContract {

  @Override
  Pool<Object, Object> newPool(UnaryOperator<MapOptions> options) {
    return ProcessPool.builder()
        .workers(2)
        .startStrategy(StartStrategy.spawn())
        .options(options)
        .build();
  }

  @Override
  boolean stopsDeafTasks() {
    return true;
  }

  @Override
  boolean runsAsync() {
    return true;
  }

  @Override
  boolean survivesCrash() {
    return true;
  }
}
