package io.github.poolmap.internal.worker;

import io.github.poolmap.internal.wire.Progress;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * How long threads have computed. Loads many classes, so it is not to be used before somebody wants
 * to know.
 */
final class CpuTime {

  private static final @Nullable ThreadMXBean THREADS = find();

  private CpuTime() {}

  private static @Nullable ThreadMXBean find() {
    try {
      ThreadMXBean threads = ManagementFactory.getThreadMXBean();
      return threads.isCurrentThreadCpuTimeSupported() ? threads : null;
    } catch (LinkageError e) {
      // A runtime image without management. Tasks are what counts.
      return null;
    }
  }

  /**
   * Returns how long the calling thread has computed so far; {@link Progress#UNKNOWN} if unknown.
   */
  static long ofThisThread() {
    ThreadMXBean threads = THREADS;
    return threads == null ? Progress.UNKNOWN : threads.getCurrentThreadCpuTime();
  }
}
