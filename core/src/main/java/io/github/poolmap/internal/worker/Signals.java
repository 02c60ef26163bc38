package io.github.poolmap.internal.worker;

import java.lang.reflect.InvocationTargetException;

/**
 * What Java SE has no word for, by reflection, because the class is not part of it: {@code
 * sun.misc.Signal}.
 */
final class Signals {

  private Signals() {}

  /**
   * Ctrl-C reaches every process of the terminal's group. The parent decides what it means; a
   * worker that dies of it would only add a stack trace.
   */
  static void ignoreTerminalInterrupt() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal("INT"), handler.getField("SIG_IGN").get(null));
    } catch (ReflectiveOperationException | RuntimeException e) {
      System.err.println("poolmap: this JVM cannot ignore Ctrl-C: " + e);
    }
  }

  /**
   * Kills this JVM on the spot. A halt would first wait for a safepoint, for threads in native
   * code, and up to ten seconds for a compilation that is under way.
   *
   * @return why it lives on: the system knows no such signal
   */
  static Throwable killThisProcess() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      signal.getMethod("raise", signal).invoke(null, signal("KILL"));
      return new IllegalStateException("the signal has come back");
    } catch (InvocationTargetException e) {
      return e.getTargetException();
    } catch (ReflectiveOperationException | RuntimeException e) {
      return e;
    }
  }

  private static Object signal(String name) throws ReflectiveOperationException {
    return Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
  }
}
