package io.github.poolmap.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A worker process has died with an item. */
@Name("poolmap.WorkerCrash")
@Label("Worker Crash")
@Category("Poolmap")
@Description("A worker process has died with an item")
@StackTrace(false)
final class WorkerCrashEvent extends WorkerEvent {

  @Label("Call")
  @Description("Number of the call in its pool, from 1")
  long call;

  @Label("Index")
  @Description("Position of the item in the input")
  long index;

  @Label("Reason")
  @Nullable String reason;

  @Label("Retried")
  @Description("Whether there will be another attempt")
  boolean retried;
}
