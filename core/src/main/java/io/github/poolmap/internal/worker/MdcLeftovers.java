package io.github.poolmap.internal.worker;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Forgets what tasks have left in the MDC of this JVM, so that no other task takes it for its
 * caller's.
 *
 * <p>By reflection and only once a task has brought logging to life: most workers never need it,
 * and loading it would show in the time of their start. Used by one thread.
 */
final class MdcLeftovers {

  private @Nullable Method clear;
  private boolean hopeless;

  void forget() {
    if (hopeless || (clear == null && !isLoggingAlive())) {
      return;
    }
    try {
      Method method = clear;
      if (method == null) {
        method =
            Class.forName("org.slf4j.MDC", true, ShippedClasses.libraryLoader()).getMethod("clear");
        clear = method;
      }
      method.invoke(null);
    } catch (ReflectiveOperationException | LinkageError e) {
      // The program's class path has another slf4j than this library, or none: nothing to forget.
      hopeless = true;
    }
  }

  /** A package is defined when the first of its classes is loaded: those of providers come last. */
  private static boolean isLoggingAlive() {
    return ShippedClasses.libraryLoader().getDefinedPackage("org.slf4j.spi") != null;
  }
}
