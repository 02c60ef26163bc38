package io.github.poolmap;

class ReusedProcessPoolContractTest extends ProcessPoolContract {

  ReusedProcessPoolContractTest() {
    super(StartStrategy.reuse(), QUICK_BOOT);
  }
}
