package io.github.poolmap.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A call of a pool. */
@Name("poolmap.Call")
@Label("Call")
@Category("Poolmap")
@Description("A call of a pool, from its begin until nothing of it runs any more")
@StackTrace(false)
final class CallEvent extends Event {

  @Label("Pool")
  @Nullable String pool;

  @Label("Call")
  @Description("Number of the call in its pool, from 1")
  long call;

  @Label("Items")
  @Description("Inputs that were read")
  long items;

  @Label("Failure")
  @Description("What the call ended with")
  @Nullable Class<?> failure;
}
