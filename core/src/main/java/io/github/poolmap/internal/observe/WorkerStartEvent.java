package io.github.poolmap.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
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
final class WorkerStartEvent extends Event {

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

  @Label("Failure")
  @Description("Why it could not be started")
  @Nullable String failure;
}
