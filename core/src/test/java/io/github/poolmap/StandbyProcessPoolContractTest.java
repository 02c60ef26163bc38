package io.github.poolmap;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** With -Dpoolmap.long=true: it is as good as that of reused workers, and takes as long. */
@EnabledIfSystemProperty(named = "poolmap.long", matches = "true")
class StandbyProcessPoolContractTest extends ProcessPoolContract {

  StandbyProcessPoolContractTest() {
    super(StartStrategy.standby(1), QUICK_BOOT);
  }
}
