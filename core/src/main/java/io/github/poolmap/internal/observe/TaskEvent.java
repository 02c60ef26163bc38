package io.github.poolmap.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import jdk.jfr.Timestamp;

/** An item that took long. */
@Name("poolmap.Task")
@Label("Task")
@Category("Poolmap")
@Description(
    "An item that took long. It is told when its chunk has ended, so look at Began and Took for when it was executed")
@StackTrace(false)
final class TaskEvent extends WorkerEvent {

  @Label("Call")
  @Description("Number of the call in its pool, from 1")
  long call;

  @Label("Index")
  @Description("Position of the item in the input")
  long index;

  @Label("Began")
  @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
  long began;

  @Label("Took")
  @Timespan(Timespan.NANOSECONDS)
  long took;

  @Label("Failed")
  boolean failed;

  /** Decides by how long the item took. Called by Flight Recorder. */
  @Name("least")
  @Label("Least")
  @Description("Items that took less are left out; 1 ms is the least that can be asked for")
  @SettingDefinition
  boolean least(LeastTime setting) {
    return took >= setting.nanos();
  }
}
