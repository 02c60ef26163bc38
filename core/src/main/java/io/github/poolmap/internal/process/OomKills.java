package io.github.poolmap.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how many processes the kernel's out-of-memory killer has ended in the control group of a
 * worker. The kernel tells nobody whom it kills; that the count has moved during the life of a
 * worker that ended by SIGKILL is the best evidence there is.
 *
 * <p>Both forms of control groups have the count as a line {@code oom_kill n}: in {@code
 * memory.events} (version 2) or {@code memory.oom_control} (version 1). Where there are none, on
 * other systems or outside of any group, nothing is ever named.
 */
final class OomKills {

  private static final Logger LOG = LoggerFactory.getLogger(OomKills.class);

  private static final String COUNT = "oom_kill ";

  private static final long UNKNOWN = -1;

  private final @Nullable Path file;
  private final long before;

  private OomKills(@Nullable Path file) {
    this.file = file;
    this.before = file == null ? UNKNOWN : count(file);
  }

  /** Begins to count for a process that has just been started. */
  static OomKills during(long pid) {
    return during(Path.of("/proc", Long.toString(pid), "cgroup"), Path.of("/sys/fs/cgroup"));
  }

  /**
   * The same, wherever the two are.
   *
   * @param groups says which groups the process is in
   * @param mount where the groups can be seen
   */
  static OomKills during(Path groups, Path mount) {
    try {
      return new OomKills(Files.isReadable(groups) ? find(groups, mount) : null);
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} cannot be read", groups, e);
      return new OomKills(null);
    }
  }

  /** Tells whether somebody has been killed since. */
  boolean haveMoved() {
    return file != null && before != UNKNOWN && count(file) > before;
  }

  /** Each line is id, controllers, path; version 2 has id 0 and names no controllers. */
  private static @Nullable Path find(Path groups, Path mount) throws IOException {
    Path second = null;
    for (String line : Files.readAllLines(groups)) {
      String[] parts = line.split(":", 3);
      if (parts.length < 3) {
        continue;
      }
      if (("," + parts[1] + ",").contains(",memory,")) {
        return below(mount.resolve("memory"), parts[2], "memory.oom_control");
      }
      if (parts[1].isEmpty()) {
        second = below(mount, parts[2], "memory.events");
      }
    }
    return second;
  }

  /** In a container the path may be the host's, of which only the end is to be seen, as a root. */
  private static @Nullable Path below(Path mount, String group, String name) {
    Path own = mount.resolve(group.replaceFirst("^/+", "")).resolve(name);
    if (Files.isReadable(own)) {
      return own;
    }
    Path root = mount.resolve(name);
    return Files.isReadable(root) ? root : null;
  }

  private static long count(Path file) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(COUNT)) {
          return Long.parseLong(line.substring(COUNT.length()).trim());
        }
      }
    } catch (IOException | RuntimeException e) {
      // The group may have gone with its last process.
      LOG.debug("{} cannot be read", file, e);
    }
    return UNKNOWN;
  }
}
