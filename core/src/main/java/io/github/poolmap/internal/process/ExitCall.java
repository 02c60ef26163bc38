package io.github.poolmap.internal.process;

import io.github.poolmap.internal.wire.ExitFile;

/** The call of {@code System.exit} that ended a worker: the cause of the failure of its item. */
final class ExitCall extends Exception {

  private static final long serialVersionUID = 1L;

  private ExitCall(String message) {
    super(message);
  }

  static ExitCall of(ExitFile.Caller caller) {
    StackTraceElement[] stack = caller.stack().toArray(StackTraceElement[]::new);
    ExitCall call =
        new ExitCall("exit called in thread " + caller.thread() + " at " + callerIn(stack));
    call.setStackTrace(stack);
    return call;
  }

  /** The first frame that is not part of how Java exits. */
  private static String callerIn(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      String name = frame.getClassName();
      if (!name.equals("java.lang.Runtime") && !name.equals("java.lang.System")) {
        return frame.toString();
      }
    }
    return "(unknown)";
  }

  /** What it says is all there is to it: the class is nobody's business. */
  @Override
  public String toString() {
    return String.valueOf(getMessage());
  }
}
