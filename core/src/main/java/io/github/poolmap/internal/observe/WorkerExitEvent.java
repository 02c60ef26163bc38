package io.github.poolmap.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
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
final class WorkerExitEvent extends Event {

  @Label("Pool")
  @Nullable String pool;

  @Label("Slot")
  @Description("Number of the worker in its pool, from 0")
  int slot;

  @Label("Worker")
  @Nullable String worker;

  @Label("Process")
  @Description("Process of the worker; 0 if it is a thread of this one")
  long pid;

  @Label("Reason")
  @Nullable String reason;
}
