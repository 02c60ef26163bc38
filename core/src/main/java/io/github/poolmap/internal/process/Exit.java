package io.github.poolmap.internal.process;

import org.jspecify.annotations.Nullable;

/** What exit statuses say. */
final class Exit {

  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  /** How the JVM ends the names of the threads that handle signals. */
  private static final String HANDLER = " handler";

  private Exit() {}

  /** Returns the name of the signal that a status stands for, null if it stands for none. */
  static @Nullable String signal(int status) {
    int number = status - 128;
    if (number <= 0 || number > 64) {
      return null;
    }
    return switch (number) {
      case SIGHUP -> "SIGHUP";
      case SIGINT -> "SIGINT";
      case 3 -> "SIGQUIT";
      case 4 -> "SIGILL";
      case 5 -> "SIGTRAP";
      case 6 -> "SIGABRT";
      case 7 -> "SIGBUS";
      case 8 -> "SIGFPE";
      case SIGKILL -> "SIGKILL";
      case 10 -> "SIGUSR1";
      case 11 -> "SIGSEGV";
      case 12 -> "SIGUSR2";
      case 13 -> "SIGPIPE";
      case 14 -> "SIGALRM";
      case SIGTERM -> "SIGTERM";
      default -> "signal " + number;
    };
  }

  /** Tells whether somebody outside ended the process on purpose. */
  static boolean isOutsideSignal(int status) {
    return status == 128 + SIGKILL
        || status == 128 + SIGTERM
        || status == 128 + SIGINT
        || status == 128 + SIGHUP;
  }

  static boolean isKill(int status) {
    return status == 128 + SIGKILL;
  }

  /**
   * Returns the name of the signal that a thread of a JVM handles, null if it is no such thread.
   *
   * @param thread the name of the thread
   */
  static @Nullable String handledSignal(String thread) {
    return thread.startsWith("SIG") && thread.endsWith(HANDLER)
        ? thread.substring(0, thread.length() - HANDLER.length())
        : null;
  }

  static String describe(int status) {
    String signal = signal(status);
    return signal == null ? Integer.toString(status) : status + " (" + signal + ")";
  }
}
