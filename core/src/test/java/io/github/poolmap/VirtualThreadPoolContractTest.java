package io.github.poolmap;

import java.util.function.Consumer;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadPoolContractTest extends PoolContract {

  @Override
  public Pool<Object, Object> build(Consumer<PoolBuilder<?>> settings) {
    ThreadPool.Builder<Object, Object> builder = ThreadPool.builder();
    builder.virtual().workers(2);
    settings.accept(builder);
    return builder.build();
  }

  @Override
  public boolean stopsDeafTasks() {
    return false;
  }

  @Override
  public boolean runsAsync() {
    return true;
  }

  @Override
  public boolean survivesCrash() {
    return false;
  }
}
