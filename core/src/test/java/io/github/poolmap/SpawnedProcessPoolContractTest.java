package io.github.poolmap;

class SpawnedProcessPoolContractTest extends ProcessPoolContract {

  SpawnedProcessPoolContractTest() {
    super(StartStrategy.spawn(), QUICK_BOOT);
  }
}
