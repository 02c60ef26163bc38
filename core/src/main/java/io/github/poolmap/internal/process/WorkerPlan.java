package io.github.poolmap.internal.process;

import io.github.poolmap.Codec;
import io.github.poolmap.StartStrategy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a pool wants of its workers.
 *
 * @param poolName what log lines call the pool
 * @param workers how many there are at most
 * @param spec how to launch one
 * @param strategy how to come by one
 * @param idleTimeout how long one may have nothing to do
 * @param limits how much one may do
 * @param debugSlot the number of the one that a debugger may attach to, {@link #NOBODY} if none
 * @param shipClasses whether they fetch the classes that they lack from this program
 * @param codec how inputs and results travel that it handles, null if there is none
 */
public record WorkerPlan(
    String poolName,
    int workers,
    LaunchSpec spec,
    StartStrategy strategy,
    Duration idleTimeout,
    WorkerLimits limits,
    int debugSlot,
    boolean shipClasses,
    @Nullable Codec codec) {

  /** The number of no worker. */
  public static final int NOBODY = -1;
}
