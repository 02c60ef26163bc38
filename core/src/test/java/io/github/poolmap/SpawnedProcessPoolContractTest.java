package io.github.poolmap;

class SpawnedProcessPoolContractTest extends ProcessPoolContract {

  SpawnedProcessPoolContractTest() {
    super(StartStrategy.spawn(), QUICK_BOOT);
  }

  /** After a crash reused workers are fresh ones, too. */
  @Override
  public boolean runsWholeTables() {
    return Boolean.getBoolean("poolmap.long");
  }
}
