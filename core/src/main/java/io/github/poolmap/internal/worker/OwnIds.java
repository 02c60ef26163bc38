package io.github.poolmap.internal.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds out what the system calls this JVM and its threads. {@link ProcessHandle} knows the first,
 * but to be asked for the first time it makes a pool of threads out of lambdas, which takes a tenth
 * of the time that a worker needs to boot.
 */
final class OwnIds {

  private static final Path THREAD = Path.of("/proc/thread-self");

  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * What Linux calls the process in each of the namespaces that it is in. The last one is its own,
   * and what {@link ProcessHandle#pid} tells, whatever part of the system /proc shows.
   */
  private static final String NAMES = "\nNSpid:";

  private OwnIds() {}

  /** Returns what Linux calls the calling thread; 0 where it cannot be known. */
  static long threadId() {
    try {
      // "1234/task/1240"
      String task = Files.readSymbolicLink(THREAD).toString();
      return Long.parseLong(task.substring(task.lastIndexOf('/') + 1));
    } catch (IOException | RuntimeException noSuchFile) {
      return 0;
    }
  }

  /** Returns the pid of this JVM. */
  static long pid() {
    try {
      long pid = pidIn(new String(Files.readAllBytes(STATUS), StandardCharsets.ISO_8859_1));
      if (pid > 0) {
        return pid;
      }
    } catch (IOException | RuntimeException noSuchFile) {
      // Not every system has it.
      return ofHandle();
    }
    return ofHandle();
  }

  private static long ofHandle() {
    return ProcessHandle.current().pid();
  }

  /** Returns the pid that the text tells, 0 if it tells none. */
  static long pidIn(String status) {
    int names = status.indexOf(NAMES);
    int end = status.indexOf('\n', names + 1);
    if (names < 0 || end < 0) {
      return 0;
    }
    long pid = 0;
    boolean inNumber = false;
    for (int i = names + NAMES.length(); i < end; i++) {
      char c = status.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      if (digit) {
        pid = (inNumber ? pid * 10 : 0) + (c - '0');
      }
      inNumber = digit;
    }
    return pid;
  }
}
