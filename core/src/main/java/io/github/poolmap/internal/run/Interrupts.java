package io.github.poolmap.internal.run;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;

/** How user code that was interrupted fails. */
final class Interrupts {

  private Interrupts() {}

  /** Tells whether an exception comes of an interrupt, as far as it says so. */
  static boolean areBehind(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth < 32; t = t.getCause(), depth++) {
      if (t instanceof InterruptedException
          || t instanceof InterruptedIOException
          || t instanceof ClosedByInterruptException) {
        return true;
      }
    }
    return false;
  }
}
