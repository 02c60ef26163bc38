package io.github.poolmap.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A slot of a pool waits for a worker to start. */
@Name("poolmap.WorkerStart")
@Label("Worker Start")
@Category("Poolmap")
@Description("A slot of a pool waits for a worker to start")
@StackTrace(false)
final class WorkerStartEvent extends WorkerEvent {

  @Label("Failure")
  @Description("Why it could not be started")
  @Nullable String failure;
}
