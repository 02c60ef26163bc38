package io.github.poolmap.internal.observe;

import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import org.jspecify.annotations.Nullable;

/**
 * Something that a worker did, or that happened to it. Its fields come behind those of the kind.
 */
abstract class WorkerEvent extends Event {

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
}
