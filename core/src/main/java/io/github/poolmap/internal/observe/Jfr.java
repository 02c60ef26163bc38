package io.github.poolmap.internal.observe;

import java.util.concurrent.TimeUnit;
import jdk.jfr.FlightRecorder;

/**
 * Whether Flight Recorder is to be told anything. Nothing is loaded and nothing made for it until
 * somebody records in this JVM, and nothing at all where there is no module {@code jdk.jfr}.
 */
public final class Jfr {

  /** Events of tasks are made from here on; the setting of the event decides then. */
  public static final long TASK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final boolean IS_THERE =
      ModuleLayer.boot().findModule("jdk.jfr").map(Jfr.class.getModule()::canRead).orElse(false);

  private Jfr() {}

  /** Tells whether somebody records, or has done so in this JVM. */
  public static boolean isWanted() {
    return IS_THERE && Recorder.isInitialized();
  }

  /** Only loaded where there is one. */
  private static final class Recorder {

    static boolean isInitialized() {
      return FlightRecorder.isInitialized();
    }
  }
}
