package io.github.poolmap.internal.observe;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A chunk in the hands of a worker. */
@Name("poolmap.Chunk")
@Label("Chunk")
@Category("Poolmap")
@Description(
    "A chunk of items in the hands of a worker, from when it was taken until its outcomes are there")
@StackTrace(false)
final class ChunkEvent extends WorkerEvent {

  @Label("Call")
  @Description("Number of the call in its pool, from 1")
  long call;

  @Label("First Index")
  @Description("Position of the first item in the input")
  long firstIndex;

  @Label("Items")
  int items;

  @Label("Failed")
  @Description("Attempts at its items that failed")
  int failed;

  @Label("Busy")
  @Description("Time of the worker, by its own clock")
  @Timespan(Timespan.NANOSECONDS)
  long busy;

  @Label("Hand-over")
  @Description("The rest: reading, writing and the way")
  @Timespan(Timespan.NANOSECONDS)
  long handOver;

  @Label("Bytes Sent")
  @DataAmount(DataAmount.BYTES)
  long bytesSent;

  @Label("Bytes Received")
  @DataAmount(DataAmount.BYTES)
  long bytesReceived;
}
