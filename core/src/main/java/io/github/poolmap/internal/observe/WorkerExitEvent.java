package io.github.poolmap.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A worker has ended. */
@Name("poolmap.WorkerExit")
@Label("Worker Exit")
@Category("Poolmap")
@Description("A worker has ended")
@StackTrace(false)
final class WorkerExitEvent extends WorkerEvent {

  @Label("Reason")
  @Nullable String reason;
}
