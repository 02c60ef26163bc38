package io.github.poolmap.internal.run;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** How long threads have computed. Loaded when somebody wants to know. */
final class CpuTime {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final boolean IS_KNOWN = THREADS.isCurrentThreadCpuTimeSupported();

  private CpuTime() {}

  /** Returns how long the calling thread has computed so far; {@link Chunk#UNKNOWN} if unknown. */
  static long ofThisThread() {
    if (!IS_KNOWN || VirtualThreads.isVirtual(Thread.currentThread())) {
      return Chunk.UNKNOWN;
    }
    return THREADS.getCurrentThreadCpuTime();
  }
}
