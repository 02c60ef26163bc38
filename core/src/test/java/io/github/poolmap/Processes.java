package io.github.poolmap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tests ask of processes that are no children of this one. */
final class Processes {

  private Processes() {}

  /** False once the process has ended, also if nobody has asked for its exit status yet. */
  static boolean isRunning(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    Path status = Path.of("/proc", Long.toString(process.pid()), "stat");
    if (!Files.exists(status)) {
      return process.isAlive();
    }
    try {
      String text = Files.readString(status);
      // The state follows the name, which is in parentheses and may hold anything.
      return text.charAt(text.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException gone) {
      return false;
    }
  }
}
