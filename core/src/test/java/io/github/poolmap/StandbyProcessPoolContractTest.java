package io.github.poolmap;

import java.util.function.Consumer;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** With -Dpoolmap.long=true: it is as good as that of reused workers, and takes as long. */
@EnabledIfSystemProperty(named = "poolmap.long", matches = "true")
class StandbyProcessPoolContractTest extends PoolContract {

  @Override
  public Pool<Object, Object> build(Consumer<PoolBuilder<?>> settings) {
    ProcessPool.Builder<Object, Object> builder = ProcessPool.builder();
    builder.workers(2).startStrategy(StartStrategy.standby(1));
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
