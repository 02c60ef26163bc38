package io.github.poolmap.internal.process;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the system has given a thread of another process so far. Read from {@code
 * /proc/.../schedstat}, which Linux has as a rule; up to date while the thread sleeps.
 *
 * @param computedNanos how long it was on a processor
 * @param queuedNanos how long it could have been, and had to wait for one
 */
record ThreadTimes(long computedNanos, long queuedNanos) {

  private static final Logger LOG = LoggerFactory.getLogger(ThreadTimes.class);

  private static final boolean ARE_KNOWN = Files.isReadable(Path.of("/proc/self/schedstat"));

  private static final int LONGEST_LINE = 80;

  /** Tells whether this system tells them. */
  static boolean areKnown() {
    return ARE_KNOWN;
  }

  /** Returns those of a thread; null if they are not to be had. */
  static @Nullable ThreadTimes of(long pid, long thread) {
    if (thread == 0 || !ARE_KNOWN) {
      return null;
    }
    String file = "/proc/" + pid + "/task/" + thread + "/schedstat";
    try (FileInputStream in = new FileInputStream(file)) {
      return in(new String(in.readNBytes(LONGEST_LINE), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      LOG.debug("the times of thread {} of pid {} cannot be read: {}", thread, pid, e.toString());
      return null;
    }
  }

  /** Reads "computed queued slices", as Linux documents it; null if it is something else. */
  static @Nullable ThreadTimes in(String line) {
    String[] numbers = line.strip().split(" ", -1);
    if (numbers.length < 2) {
      return null;
    }
    try {
      return new ThreadTimes(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    } catch (NumberFormatException e) {
      LOG.debug("not the times of a thread: {}", line);
      return null;
    }
  }
}
