package io.github.poolmap;

class SpawnedProcessPoolContractTest extends ProcessPoolContract {

  SpawnedProcessPoolContractTest() {
    // They live for a moment, which is not worth the work of the better compiler.
    super(StartStrategy.spawn(), "-XX:TieredStopAtLevel=1");
  }
}
